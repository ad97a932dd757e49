using System;

namespace NpcEngine
{
    /// <summary>
    /// What the player sees: raw 8-bit rows without padding (`rgb`, `rgba`, `bgra`) or an image file (`jpeg`, `png`,
    /// `webp`). The client owns the pixels until it calls `release` (if given), from any thread: then the array
    /// may be used again.
    /// </summary>
    public sealed class Frame
    {
        public readonly byte[] Pixels;
        public readonly int Width;
        public readonly int Height;
        public readonly string Format;
        public readonly bool BottomUp;
        private Action<byte[]> _release;

        /// <param name="bottomUp">The first row is the lowest, as GPU read-backs often have it.</param>
        public Frame(byte[] pixels, int width = 0, int height = 0, string format = "rgb", bool bottomUp = false,
                     Action<byte[]> release = null)
        {
            Pixels = pixels;
            Width = width;
            Height = height;
            Format = format;
            BottomUp = bottomUp;
            _release = release;
        }

        /// <summary>Refuse a frame whose description and bytes disagree.</summary>
        /// <exception cref="ProtocolException">`frame_format` or `frame_size`.</exception>
        public void Check(Limits limits)
        {
            int channels = Format == "rgb" ? 3 : Format == "rgba" || Format == "bgra" ? 4 : 0;
            if (channels == 0 && Format != "jpeg" && Format != "png" && Format != "webp")
            {
                throw new ProtocolException("frame_format", "Frame format '" + Format + "' is not known.",
                                            "Use one of: rgb, rgba, bgra, jpeg, png, webp.");
            }
            if (Pixels.Length < 1 || Pixels.Length > limits.Frame)
            {
                throw new ProtocolException("frame_size", "The frame has " + Pixels.Length + " bytes.",
                    "Send 1 to " + limits.Frame + " bytes: scale the picture down or send JPEG.");
            }
            long wanted = (long)Width * Height * channels;
            if (channels > 0 && (wanted == 0 || wanted != Pixels.Length))
            {
                throw new ProtocolException("frame_size",
                    "The frame has " + Pixels.Length + " bytes, but " + Width + "x" + Height + " " + Format + " needs " + wanted + ".",
                    "Check width, height, format and row padding.");
            }
        }

        internal static Frame Read(Fields fields, byte[] pixels, Limits limits)
        {
            bool described = fields.Has("frame");
            if (described != (pixels != null))
            {
                throw new ProtocolException("frame_size",
                    described ? "The header has a `frame`, but no frame part came." : "A frame part came, but the header has no `frame`.",
                    "Send both or neither.");
            }
            if (!described)
            {
                return null;
            }
            Fields header = fields.Inside("frame");
            var frame = new Frame(
                pixels,
                (int)header.Integer("width", limits.Side, 0),
                (int)header.Integer("height", limits.Side, 0),
                header.Text("format", 16),
                header.Flag("bottom_up"));
            frame.Check(limits);
            return frame;
        }

        internal Map Described()
        {
            return new Map { { "width", Width }, { "height", Height }, { "format", Format }, { "bottom_up", BottomUp } };
        }

        /// <summary>Hand the pixels back, once.</summary>
        internal void Release()
        {
            Action<byte[]> release = _release;
            _release = null;
            if (release != null)
            {
                release(Pixels);
            }
        }
    }
}
