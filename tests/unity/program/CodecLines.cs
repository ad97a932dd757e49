using System;
using System.Text;

namespace NpcEngine.Tests
{
    /// <summary>
    /// For each line `client HEX…` or `server HEX…` (the parts of a message) or `msgpack HEX`: decodes it and prints `ok` with
    /// the bytes when it is encoded again, or `error CODE`. For each line `NULL HEX…` or `PLAIN HEX…`: feeds these pieces
    /// to a fresh peer and prints `ready` or `waiting`, what it sends and the parts of what it got, or `error REASON`. For
    /// `framed HEX`: the part as it goes on the wire.
    /// </summary>
    internal static class CodecLines
    {
        public static int Run()
        {
            string line;
            while ((line = Console.In.ReadLine()) != null)
            {
                Console.Out.WriteLine(Answer(line.Split(' ')));
            }
            return 0;
        }

        private static string Answer(string[] words)
        {
            var parts = new byte[words.Length - 1][];
            for (int i = 0; i < parts.Length; i++)
            {
                parts[i] = Bytes(words[i + 1]);
            }
            switch (words[0])
            {
                case "NULL": return Fed(new ZmtpPeer(), parts);
                case "PLAIN": return Fed(new ZmtpPeer("admin", "secret"), parts);
                case "framed": return Hex(ZmtpPeer.PartPrefix(parts[0].Length, false)) + words[1];
                default: return Decoded(words[0], parts);
            }
        }

        private static string Fed(ZmtpPeer peer, byte[][] pieces)
        {
            try
            {
                foreach (byte[] piece in pieces)
                {
                    peer.Feed(piece, piece.Length);
                }
            }
            catch (ZmtpException error)
            {
                return "error " + error.Message;
            }
            string sent = "", got = "";
            for (byte[] bytes = peer.TakeOutgoing(); bytes != null; bytes = peer.TakeOutgoing())
            {
                sent += Hex(bytes);
            }
            for (byte[][] message = peer.TakeMessage(); message != null; message = peer.TakeMessage())
            {
                got += " " + string.Join(",", Array.ConvertAll(message, Hex));
            }
            return (peer.Ready ? "ready " : "waiting ") + sent + got;
        }

        private static string Decoded(string kind, byte[][] parts)
        {
            try
            {
                if (kind == "msgpack")
                {
                    return "ok " + Hex(MsgPackWriter.Pack(MsgPackReader.Unpack(parts[0])));
                }
                Message message = kind == "client"
                    ? Codec.DecodeClient(parts, Limits.Default)
                    : Codec.DecodeServer(parts, Limits.Replies);
                var answer = new StringBuilder("ok");
                foreach (byte[] part in Codec.Encode(message))
                {
                    answer.Append(' ').Append(Hex(part));
                }
                return answer.ToString();
            }
            catch (ProtocolException error)
            {
                return "error " + error.Code;
            }
        }

        internal static byte[] Bytes(string hex)
        {
            var bytes = new byte[hex.Length / 2];
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = Convert.ToByte(hex.Substring(2 * i, 2), 16);
            }
            return bytes;
        }

        internal static string Hex(byte[] bytes)
        {
            return BitConverter.ToString(bytes).Replace("-", "").ToLowerInvariant();
        }
    }
}
