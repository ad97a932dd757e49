using System;
using System.Collections;
using System.Collections.Generic;
using System.Text;

namespace NpcEngine
{
    /// <summary>A map in the order in which its entries were added; entries without a value are left out.</summary>
    internal sealed class Map : List<KeyValuePair<string, object>>
    {
        public void Add(string key, object value)
        {
            if (value != null)
            {
                Add(new KeyValuePair<string, object>(key, value));
            }
        }

        public static Map Of<T>(IEnumerable<KeyValuePair<string, T>> entries)
        {
            var map = new Map();
            foreach (KeyValuePair<string, T> entry in entries)
            {
                map.Add(entry.Key, entry.Value);
            }
            return map;
        }
    }

    /// <summary>
    /// Packs null, bool, integers, float, double, string, byte[], lists and maps with string keys, each in its
    /// shortest msgpack form.
    /// </summary>
    public sealed class MsgPackWriter
    {
        private static readonly Encoding Utf8 = new UTF8Encoding(false, true);
        private byte[] _bytes = new byte[256];
        private int _count;

        /// <summary>The msgpack bytes of one value.</summary>
        /// <exception cref="ProtocolException">`field`, for a value of another type.</exception>
        public static byte[] Pack(object value)
        {
            var writer = new MsgPackWriter();
            writer.Write(value, 0);
            var packed = new byte[writer._count];
            Buffer.BlockCopy(writer._bytes, 0, packed, 0, packed.Length);
            return packed;
        }

        private void Write(object value, int depth)
        {
            if (depth > Protocol.MaxDepth)
            {
                throw Unpackable("is nested too deeply");
            }
            if (value == null)
            {
                Byte(0xc0);
            }
            else if (value is bool)
            {
                Byte((bool)value ? 0xc3 : 0xc2);
            }
            else if (value is string)
            {
                Text((string)value);
            }
            else if (!WriteNumber(value))
            {
                WriteContainer(value, depth);
            }
        }

        private bool WriteNumber(object value)
        {
            if (value is double || value is float)
            {
                Byte(0xcb);
                BigEndian((ulong)BitConverter.DoubleToInt64Bits(Convert.ToDouble(value)), 8);
            }
            else if (value is ulong)
            {
                Unsigned((ulong)value);
            }
            else if (value is long || value is int || value is uint || value is short || value is ushort
                     || value is byte || value is sbyte)
            {
                Signed(Convert.ToInt64(value));
            }
            else
            {
                return false;
            }
            return true;
        }

        private void WriteContainer(object value, int depth)
        {
            if (value is byte[])
            {
                var bytes = (byte[])value;
                Length(bytes.Length, -1, 0, 0xc4, 0xc5, 0xc6);
                Raw(bytes, bytes.Length);
            }
            else if (value is IDictionary<string, object>)
            {
                var map = (IDictionary<string, object>)value;
                WriteMap(map, map.Count, depth);
            }
            else if (value is Map)
            {
                WriteMap((Map)value, ((Map)value).Count, depth);
            }
            else if (value is IList)
            {
                var list = (IList)value;
                Length(list.Count, 15, 0x90, -1, 0xdc, 0xdd);
                foreach (object entry in list)
                {
                    Write(entry, depth + 1);
                }
            }
            else
            {
                throw Unpackable("is a " + value.GetType().Name);
            }
        }

        private void WriteMap(IEnumerable<KeyValuePair<string, object>> entries, int count, int depth)
        {
            Length(count, 15, 0x80, -1, 0xde, 0xdf);
            foreach (KeyValuePair<string, object> entry in entries)
            {
                Text(entry.Key);
                Write(entry.Value, depth + 1);
            }
        }

        private void Text(string text)
        {
            byte[] bytes;
            try
            {
                bytes = Utf8.GetBytes(text);
            }
            catch (EncoderFallbackException)
            {
                throw Unpackable("is text with half a character (a lone surrogate)");
            }
            Length(bytes.Length, 31, 0xa0, 0xd9, 0xda, 0xdb);
            Raw(bytes, bytes.Length);
        }

        private void Signed(long value)
        {
            if (value >= 0)
            {
                Unsigned((ulong)value);
            }
            else if (value >= -32)
            {
                Byte((byte)value);
            }
            else
            {
                int size = value >= sbyte.MinValue ? 1 : value >= short.MinValue ? 2 : value >= int.MinValue ? 4 : 8;
                Byte(size == 1 ? 0xd0 : size == 2 ? 0xd1 : size == 4 ? 0xd2 : 0xd3);
                BigEndian((ulong)value, size);
            }
        }

        private void Unsigned(ulong value)
        {
            if (value < 128)
            {
                Byte((int)value);
                return;
            }
            int size = value <= byte.MaxValue ? 1 : value <= ushort.MaxValue ? 2 : value <= uint.MaxValue ? 4 : 8;
            Byte(size == 1 ? 0xcc : size == 2 ? 0xcd : size == 4 ? 0xce : 0xcf);
            BigEndian(value, size);
        }

        /// <summary>A length in the shortest of the forms that the type has; -1 marks those that it has not.</summary>
        private void Length(int length, int mostFixed, int fixedTag, int tag8, int tag16, int tag32)
        {
            if (length <= mostFixed)
            {
                Byte(fixedTag | length);
                return;
            }
            int size = tag8 >= 0 && length <= byte.MaxValue ? 1 : length <= ushort.MaxValue ? 2 : 4;
            Byte(size == 1 ? tag8 : size == 2 ? tag16 : tag32);
            BigEndian((ulong)length, size);
        }

        private void BigEndian(ulong value, int size)
        {
            for (int shift = (size - 1) * 8; shift >= 0; shift -= 8)
            {
                Byte((byte)(value >> shift));
            }
        }

        private void Byte(int value)
        {
            Reserve(1);
            _bytes[_count++] = (byte)value;
        }

        private void Raw(byte[] bytes, int count)
        {
            Reserve(count);
            Buffer.BlockCopy(bytes, 0, _bytes, _count, count);
            _count += count;
        }

        private void Reserve(int more)
        {
            if (_count + more > _bytes.Length)
            {
                Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _count + more));
            }
        }

        private static ProtocolException Unpackable(string what)
        {
            return new ProtocolException("field", "A value " + what + ".", "Use text, numbers, lists and maps.");
        }
    }
}
