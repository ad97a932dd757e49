using System;
using System.Collections.Generic;
using System.Text;

namespace NpcEngine
{
    /// <summary>The peer broke ZMTP, or refused us. The connection cannot go on.</summary>
    public sealed class ZmtpException : Exception
    {
        public ZmtpException(string message) : base(message)
        {
        }
    }

    /// <summary>
    /// A DEALER's side of ZMTP 3.1 with the mechanisms NULL and PLAIN (rfc.zeromq.org/spec/37). No I/O: feed it what
    /// came, send what <see cref="TakeOutgoing"/> gives, and take the messages. Not thread-safe.
    /// </summary>
    public sealed class ZmtpPeer
    {
        private const byte More = 1;
        private const byte Long = 2;
        private const byte Command = 4;
        private const int GreetingSize = 64;
        private static readonly Encoding Ascii = Encoding.ASCII;

        private readonly string _user;
        private readonly string _password;
        private readonly int _maxFrame;
        private readonly int _maxParts;
        private readonly Queue<byte[]> _outgoing = new Queue<byte[]>();
        private readonly Queue<byte[][]> _messages = new Queue<byte[][]>();
        private readonly List<byte[]> _parts = new List<byte[]>();
        private byte[] _buffer = new byte[4096];
        private int _start;
        private int _end;
        private bool _greeted;

        /// <param name="user">With a password: PLAIN. Without: NULL.</param>
        /// <param name="maxFrame">Bytes of one part that the server may send at most.</param>
        public ZmtpPeer(string user = null, string password = null, int maxFrame = 1 << 20, int maxParts = 4)
        {
            if ((user ?? "").Length > 255 || (password ?? "").Length > 255)
            {
                throw new ZmtpException("User and password have at most 255 characters.");
            }
            _user = user;
            _password = password ?? "";
            _maxFrame = maxFrame;
            _maxParts = maxParts;
            _outgoing.Enqueue(Greeting());
        }

        /// <summary>Messages may be sent: both sides have said READY.</summary>
        public bool Ready { get; private set; }

        /// <summary>Bytes to send, or null.</summary>
        public byte[] TakeOutgoing()
        {
            return _outgoing.Count > 0 ? _outgoing.Dequeue() : null;
        }

        /// <summary>The parts of a message that came, or null.</summary>
        public byte[][] TakeMessage()
        {
            return _messages.Count > 0 ? _messages.Dequeue() : null;
        }

        /// <summary>What must stand before a part's bytes on the wire.</summary>
        public static byte[] PartPrefix(int size, bool more)
        {
            byte flags = more ? More : (byte)0;
            return Prefix(size, flags);
        }

        /// <summary>Take bytes off the wire.</summary>
        /// <exception cref="ZmtpException">The peer broke the protocol or refused us.</exception>
        public void Feed(byte[] bytes, int count)
        {
            Append(bytes, count);
            if (!_greeted)
            {
                if (_end - _start < GreetingSize)
                {
                    return;
                }
                ReadGreeting();
            }
            while (ReadFrame())
            {
            }
        }

        private string Mechanism
        {
            get { return _user == null ? "NULL" : "PLAIN"; }
        }

        private byte[] Greeting()
        {
            var greeting = new byte[GreetingSize];
            greeting[0] = 0xff;
            greeting[8] = 1; // as libzmq has it
            greeting[9] = 0x7f;
            greeting[10] = 3;
            greeting[11] = 1;
            Ascii.GetBytes(Mechanism, 0, Mechanism.Length, greeting, 12);
            return greeting;
        }

        private void ReadGreeting()
        {
            if (_buffer[_start] != 0xff || _buffer[_start + 9] != 0x7f || _buffer[_start + 10] < 3)
            {
                throw new ZmtpException("The other side does not speak ZMTP 3: it is no npc-engine server.");
            }
            string mechanism = Ascii.GetString(_buffer, _start + 12, 20).TrimEnd('\0');
            if (mechanism != Mechanism)
            {
                throw new ZmtpException("The server asks for " + mechanism + ", this client offers " + Mechanism + ".");
            }
            _start += GreetingSize;
            _greeted = true;
            Send(_user == null ? Metadata("READY") : Credentials());
        }

        private byte[] Metadata(string command)
        {
            var body = new List<byte>();
            AddText(body, command);
            AddProperty(body, "Socket-Type", "DEALER");
            AddProperty(body, "Identity", "");
            return body.ToArray();
        }

        private byte[] Credentials()
        {
            var body = new List<byte>();
            AddText(body, "HELLO");
            AddText(body, _user);
            AddText(body, _password);
            return body.ToArray();
        }

        private static void AddText(List<byte> body, string text)
        {
            body.Add((byte)text.Length);
            body.AddRange(Ascii.GetBytes(text));
        }

        private static void AddProperty(List<byte> body, string name, string value)
        {
            AddText(body, name);
            body.AddRange(BigEndian(value.Length, 4));
            body.AddRange(Ascii.GetBytes(value));
        }

        /// <summary>Deal with one frame; false where not all of it has come.</summary>
        private bool ReadFrame()
        {
            int have = _end - _start;
            if (have < 2)
            {
                return false;
            }
            byte flags = _buffer[_start];
            int prefix = (flags & Long) != 0 ? 9 : 2;
            if (have < prefix)
            {
                return false;
            }
            ulong size = 0;
            for (int i = 1; i < prefix; i++)
            {
                size = size << 8 | _buffer[_start + i];
            }
            bool odd = (flags & ~(More | Long | Command)) != 0 || (flags & (More | Command)) == (More | Command);
            if (odd || size > (ulong)_maxFrame)
            {
                throw new ZmtpException("The server sent a broken or oversized frame.");
            }
            if ((ulong)(have - prefix) < size)
            {
                return false;
            }
            var body = new byte[(int)size];
            Buffer.BlockCopy(_buffer, _start + prefix, body, 0, body.Length);
            _start += prefix + body.Length;
            Take(flags, body);
            return true;
        }

        private void Take(byte flags, byte[] body)
        {
            if ((flags & Command) != 0)
            {
                TakeCommand(body);
                return;
            }
            if (!Ready || _parts.Count == _maxParts)
            {
                throw new ZmtpException(Ready ? "The server sent too many parts." : "The server sent a message too early.");
            }
            _parts.Add(body);
            if ((flags & More) == 0)
            {
                _messages.Enqueue(_parts.ToArray());
                _parts.Clear();
            }
        }

        private void TakeCommand(byte[] body)
        {
            if (body.Length == 0 || body.Length < 1 + body[0])
            {
                throw Broken();
            }
            switch (Ascii.GetString(body, 1, body[0]))
            {
                case "READY":
                    CheckMetadata(body);
                    Ready = true;
                    break;
                case "WELCOME":
                    Send(Metadata("INITIATE"));
                    break;
                case "ERROR":
                    throw new ZmtpException("The server refused the connection: " + Reason(body));
                case "PING":
                    Send(Pong(body));
                    break;
            }
        }

        /// <summary>Properties are a name with one byte of length and a value with four; what they say does not matter here.</summary>
        private static void CheckMetadata(byte[] body)
        {
            long at = 1 + body[0];
            while (at < body.Length)
            {
                at += 1 + body[at];
                if (at + 4 > body.Length)
                {
                    throw Broken();
                }
                long size = 0;
                for (int i = 0; i < 4; i++)
                {
                    size = size << 8 | body[at + i];
                }
                at += 4 + size;
            }
            if (at > body.Length)
            {
                throw Broken();
            }
        }

        private static ZmtpException Broken()
        {
            return new ZmtpException("The server sent a broken command.");
        }

        private static string Reason(byte[] body)
        {
            int at = 1 + body[0];
            return at < body.Length ? Ascii.GetString(body, at + 1, Math.Min(body[at], body.Length - at - 1)) : "";
        }

        /// <summary>A PING is 5 bytes of name, 2 of time to live, and a context that goes back.</summary>
        private static byte[] Pong(byte[] ping)
        {
            int context = ping.Length - 7;
            if (context < 0)
            {
                throw Broken();
            }
            var pong = new byte[5 + context];
            pong[0] = 4;
            Ascii.GetBytes("PONG", 0, 4, pong, 1);
            Buffer.BlockCopy(ping, ping.Length - context, pong, 5, context);
            return pong;
        }

        private void Send(byte[] command)
        {
            byte[] prefix = Prefix(command.Length, Command);
            var frame = new byte[prefix.Length + command.Length];
            prefix.CopyTo(frame, 0);
            command.CopyTo(frame, prefix.Length);
            _outgoing.Enqueue(frame);
        }

        private static byte[] Prefix(int size, byte flags)
        {
            bool wide = size > 255;
            byte[] length = BigEndian(size, wide ? 8 : 1);
            var prefix = new byte[1 + length.Length];
            prefix[0] = (byte)(wide ? flags | Long : flags);
            length.CopyTo(prefix, 1);
            return prefix;
        }

        private static byte[] BigEndian(long value, int size)
        {
            var bytes = new byte[size];
            for (int i = size - 1; i >= 0; i--, value >>= 8)
            {
                bytes[i] = (byte)value;
            }
            return bytes;
        }

        private void Append(byte[] bytes, int count)
        {
            int have = _end - _start;
            if (_end + count > _buffer.Length)
            {
                byte[] roomier = have + count > _buffer.Length ? new byte[Math.Max(2 * _buffer.Length, have + count)] : _buffer;
                Buffer.BlockCopy(_buffer, _start, roomier, 0, have);
                _buffer = roomier;
                _start = 0;
                _end = have;
            }
            Buffer.BlockCopy(bytes, 0, _buffer, _end, count);
            _end += count;
        }
    }
}
