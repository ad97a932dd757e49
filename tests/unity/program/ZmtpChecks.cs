using System.Text;

namespace NpcEngine.Tests
{
    /// <summary>The wire, byte by byte.</summary>
    internal static class ZmtpChecks
    {
        private const string Null = "ff00000000000000007f03014e554c4c000000000000000000000000000000000100000000000000"
            + "000000000000000000000000000000000000000000000000";

        private const string Ready = "041c0552454144590b536f636b65742d5479706500000006524f55544552";

        public static void null_says_ready_after_the_greeting()
        {
            ZmtpPeer peer = Greeted();
            Checks.Equal("04290552454144590b536f636b65742d54797065000000064445414c4552084964656e7469747900000000",
                         CodecLines.Hex(peer.TakeOutgoing()));
            Checks.True(!peer.Ready);
            Feed(peer, Ready);
            Checks.True(peer.Ready);
        }

        public static void plain_says_who_it_is_and_initiates_after_the_welcome()
        {
            var peer = new ZmtpPeer("ada", "pw");
            peer.TakeOutgoing();
            Feed(peer, Null.Replace("4e554c4c00", "504c41494e"));
            Checks.Equal("040d" + "0548454c4c4f" + "03616461" + "027077", CodecLines.Hex(peer.TakeOutgoing()));
            Feed(peer, "0408" + "0757454c434f4d45");
            Checks.Equal("042c" + "08494e495449415445", CodecLines.Hex(peer.TakeOutgoing()).Substring(0, 22));
            Feed(peer, Ready);
            Checks.True(peer.Ready);
        }

        public static void a_message_that_comes_byte_by_byte_is_whole()
        {
            ZmtpPeer peer = Open();
            foreach (byte value in CodecLines.Bytes("0103616263" + "0002" + "6465"))
            {
                peer.Feed(new[] { value }, 1);
            }
            byte[][] message = peer.TakeMessage();
            Checks.Equal("abc de", Encoding.ASCII.GetString(message[0]) + " " + Encoding.ASCII.GetString(message[1]));
            Checks.Equal(null, peer.TakeMessage());
        }

        public static void a_long_frame_has_eight_bytes_of_length()
        {
            ZmtpPeer peer = Open();
            Feed(peer, "020000000000000100" + new string('0', 512));
            Checks.Equal(256, peer.TakeMessage()[0].Length);
            Checks.Equal("020000000000000100", CodecLines.Hex(ZmtpPeer.PartPrefix(256, false)));
            Checks.Equal("01ff", CodecLines.Hex(ZmtpPeer.PartPrefix(255, true)));
        }

        public static void a_ping_is_answered_with_its_context()
        {
            ZmtpPeer peer = Open();
            Feed(peer, "0409" + "0450494e47" + "012c" + "7879");
            Checks.Equal("0407" + "04504f4e47" + "7879", CodecLines.Hex(peer.TakeOutgoing()));
        }

        public static void another_mechanism_is_named()
        {
            var peer = new ZmtpPeer();
            Checks.True(Checks.Throws<ZmtpException>(() => Feed(peer, Null.Replace("4e554c4c00", "4355525645")))
                        .Message.Contains("CURVE"));
        }

        public static void something_else_than_zeromq_is_refused()
        {
            string web = CodecLines.Hex(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request" + new string(' ', 64)));
            Checks.Throws<ZmtpException>(() => Feed(new ZmtpPeer(), web));
        }

        public static void an_error_command_tells_its_reason()
        {
            ZmtpPeer peer = Greeted();
            Checks.True(Checks.Throws<ZmtpException>(() => Feed(peer, "0409" + "054552524f52" + "026e6f"))
                        .Message.EndsWith("no"));
        }

        public static void a_frame_that_announces_too_much_is_refused_before_it_comes()
        {
            Checks.Throws<ZmtpException>(() => Feed(Open(), "02ffffffffffffffff"));
            Checks.Throws<ZmtpException>(() => Feed(Open(), "020000000000100001"));
        }

        public static void broken_frames_and_commands_are_refused()
        {
            Checks.Throws<ZmtpException>(() => Feed(Open(), "0800"));
            Checks.Throws<ZmtpException>(() => Feed(Open(), "0400"));
            Checks.Throws<ZmtpException>(() => Feed(Open(), "040209ff"));
            Checks.Throws<ZmtpException>(() => Feed(Greeted(), "000161"));
        }

        public static void endless_parts_are_refused()
        {
            Checks.Throws<ZmtpException>(() => Feed(Open(), "010161010161010161010161010161"));
        }

        private static ZmtpPeer Greeted()
        {
            var peer = new ZmtpPeer();
            peer.TakeOutgoing();
            Feed(peer, Null);
            return peer;
        }

        private static ZmtpPeer Open()
        {
            ZmtpPeer peer = Greeted();
            Feed(peer, Ready);
            peer.TakeOutgoing();
            return peer;
        }

        private static void Feed(ZmtpPeer peer, string hex)
        {
            byte[] bytes = CodecLines.Bytes(hex);
            peer.Feed(bytes, bytes.Length);
        }
    }
}
