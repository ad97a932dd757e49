using System;
using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>Messages to bytes and back. No I/O. A message is one part, or two where it carries a frame.</summary>
    public static class Codec
    {
        /// <exception cref="ProtocolException">`field`, for a value that msgpack cannot hold.</exception>
        public static byte[][] Encode(Message message)
        {
            var fields = new Map { { "type", message.Type } };
            message.Fill(fields);
            byte[] header = MsgPackWriter.Pack(fields);
            return message.Part != null ? new[] { header, message.Part } : new[] { header };
        }

        /// <summary>What a client sent.</summary>
        /// <exception cref="ProtocolException">
        /// `malformed`, `header_size`, `unknown_type`, `field`, `frame_format` or `frame_size`.
        /// </exception>
        public static Message DecodeClient(byte[][] parts, Limits limits)
        {
            Fields fields;
            string type;
            byte[] part = Open(parts, limits, out fields, out type);
            return Readers.OfClient(type, fields, part, limits) ?? throw Unknown(type);
        }

        /// <summary>What a server sent; throws as <see cref="DecodeClient"/>.</summary>
        public static Message DecodeServer(byte[][] parts, Limits limits)
        {
            Fields fields;
            string type;
            byte[] part = Open(parts, limits, out fields, out type);
            return Readers.OfServer(type, fields, part, limits) ?? throw Unknown(type);
        }

        /// <summary>The pixels, or null, with the message's fields and type.</summary>
        private static byte[] Open(byte[][] parts, Limits limits, out Fields fields, out string type)
        {
            if (parts.Length < 1 || parts.Length > 2)
            {
                throw Malformed("The message has " + parts.Length + " parts.", "Send a header, and at most a frame.");
            }
            if (parts[0].Length > limits.Header)
            {
                throw new ProtocolException("header_size", "The header has " + parts[0].Length + " bytes.",
                                            "Send at most " + limits.Header + " bytes.");
            }
            var values = MsgPackReader.Unpack(parts[0]) as Dictionary<string, object>;
            if (values == null)
            {
                throw Malformed("The header is no map.", "Send one msgpack map with string keys as the first part.");
            }
            object named;
            values.TryGetValue("type", out named);
            type = named as string;
            fields = new Fields(values, type ?? "");
            if (parts.Length == 2 && Array.IndexOf(Protocol.WithPart, type) < 0)
            {
                throw type == null ? Unknown(type) : Malformed("`" + type + "` has no second part.", "Only `observe` and `look` carry one.");
            }
            return parts.Length == 2 ? parts[1] : null;
        }

        private static ProtocolException Malformed(string what, string fix)
        {
            return new ProtocolException("malformed", what, fix);
        }

        private static ProtocolException Unknown(string type)
        {
            return new ProtocolException("unknown_type", "'" + type + "' is not a message type here.");
        }
    }
}
