using System;
using System.Collections.Generic;
using System.Text;

namespace NpcEngine
{
    /// <summary>
    /// Unpacks one msgpack value, of those that every language can read: null, bool, long within ±2^53, double, string,
    /// byte[], List&lt;object&gt; or Dictionary&lt;string, object&gt;. Extension types, other keys and bytes that are left
    /// over are refused; nothing is allocated for a length that the bytes cannot hold.
    /// </summary>
    public sealed class MsgPackReader
    {
        private static readonly Encoding Utf8 = new UTF8Encoding(false, true);
        private readonly byte[] _bytes;
        private int _at;

        private MsgPackReader(byte[] bytes)
        {
            _bytes = bytes;
        }

        /// <exception cref="ProtocolException">`malformed`.</exception>
        public static object Unpack(byte[] bytes)
        {
            var reader = new MsgPackReader(bytes);
            object value = reader.Read(0);
            if (reader._at != bytes.Length)
            {
                throw Malformed("Bytes follow the value");
            }
            return value;
        }

        private object Read(int depth)
        {
            byte tag = Byte();
            if (tag < 0x80)
            {
                return (long)tag;
            }
            if (tag < 0x90)
            {
                return Entries(tag & 0x0f, depth);
            }
            if (tag < 0xa0)
            {
                return Items(tag & 0x0f, depth);
            }
            if (tag < 0xc0)
            {
                return Text(tag & 0x1f);
            }
            return tag >= 0xe0 ? (long)(sbyte)tag : ReadTagged(tag, depth);
        }

        private object ReadTagged(byte tag, int depth)
        {
            switch (tag)
            {
                case 0xc0: return null;
                case 0xc2: return false;
                case 0xc3: return true;
                case 0xc4: return Binary(BigEndian(1));
                case 0xc5: return Binary(BigEndian(2));
                case 0xc6: return Binary(BigEndian(4));
                case 0xca: return Single();
                case 0xcb: return BitConverter.Int64BitsToDouble((long)BigEndian(8));
                case 0xcc: return (long)BigEndian(1);
                case 0xcd: return (long)BigEndian(2);
                case 0xce: return (long)BigEndian(4);
                case 0xcf: return Narrow(BigEndian(8));
                case 0xd0: return (long)(sbyte)BigEndian(1);
                case 0xd1: return (long)(short)BigEndian(2);
                case 0xd2: return (long)(int)BigEndian(4);
                case 0xd3: return Narrow((long)BigEndian(8));
                case 0xd9: return Text(BigEndian(1));
                case 0xda: return Text(BigEndian(2));
                case 0xdb: return Text(BigEndian(4));
                case 0xdc: return Items(BigEndian(2), depth);
                case 0xdd: return Items(BigEndian(4), depth);
                case 0xde: return Entries(BigEndian(2), depth);
                case 0xdf: return Entries(BigEndian(4), depth);
                default: throw Malformed("Type 0x" + tag.ToString("x2") + " is not used here");
            }
        }

        private static long Narrow(ulong value)
        {
            return Narrow(value <= Protocol.MaxInteger ? (long)value : long.MaxValue);
        }

        private static long Narrow(long value)
        {
            if (value > Protocol.MaxInteger || value < -Protocol.MaxInteger)
            {
                throw Malformed("An integer is beyond ±2^53");
            }
            return value;
        }

        private object Single()
        {
            byte[] bits = BitConverter.GetBytes((uint)BigEndian(4));
            return (double)BitConverter.ToSingle(bits, 0);
        }

        private List<object> Items(ulong count, int depth)
        {
            Descend(depth);
            var items = new List<object>(Fits(count, 1));
            for (ulong i = 0; i < count; i++)
            {
                items.Add(Read(depth + 1));
            }
            return items;
        }

        private List<object> Items(int count, int depth)
        {
            return Items((ulong)count, depth);
        }

        private Dictionary<string, object> Entries(int count, int depth)
        {
            return Entries((ulong)count, depth);
        }

        private Dictionary<string, object> Entries(ulong count, int depth)
        {
            Descend(depth);
            var entries = new Dictionary<string, object>(Fits(count, 2));
            for (ulong i = 0; i < count; i++)
            {
                var key = Read(depth + 1) as string;
                if (key == null)
                {
                    throw Malformed("A key is not a string");
                }
                if (entries.ContainsKey(key))
                {
                    throw Malformed("A key is there twice");
                }
                entries.Add(key, Read(depth + 1));
            }
            return entries;
        }

        private static void Descend(int depth)
        {
            if (depth >= Protocol.MaxDepth)
            {
                throw Malformed("The value is nested too deeply");
            }
        }

        private string Text(int size)
        {
            return Text((ulong)size);
        }

        private string Text(ulong size)
        {
            int count = Fits(size, 1);
            try
            {
                string text = Utf8.GetString(_bytes, _at, count);
                _at += count;
                return text;
            }
            catch (DecoderFallbackException)
            {
                throw Malformed("A string is not UTF-8");
            }
        }

        private byte[] Binary(ulong size)
        {
            var bytes = new byte[Fits(size, 1)];
            Buffer.BlockCopy(_bytes, _at, bytes, 0, bytes.Length);
            _at += bytes.Length;
            return bytes;
        }

        private ulong BigEndian(int size)
        {
            ulong value = 0;
            for (int i = 0; i < size; i++)
            {
                value = value << 8 | Byte();
            }
            return value;
        }

        private byte Byte()
        {
            Fits(1, 1);
            return _bytes[_at++];
        }

        /// <summary>`count` as an int, if that many things of at least `least` bytes can follow.</summary>
        private int Fits(ulong count, ulong least)
        {
            if (count * least > (ulong)(_bytes.Length - _at))
            {
                throw Malformed("The bytes end too early");
            }
            return (int)count;
        }

        private static ProtocolException Malformed(string what)
        {
            return new ProtocolException(
                "malformed", what + ".", "Send one msgpack map with string keys as the first part.");
        }
    }
}
