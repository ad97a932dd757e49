using System;
using System.Text;

namespace NpcEngine.Tests
{
    /// <summary>
    /// For each line `client HEX [HEX]` or `server HEX [HEX]`: decodes the parts and prints `ok` with the parts
    /// of the message when it is encoded again, or `error CODE`.
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
            try
            {
                Message message = words[0] == "client"
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
