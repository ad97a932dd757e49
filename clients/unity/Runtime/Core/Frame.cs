using System;
using System.Collections.Generic;
using System.Threading;

namespace NpcEngine
{
    /// <summary>
    /// What the player sees: raw 8-bit rows without padding (`rgb`, `rgba`, `bgra`) or an image file (`jpeg`, `png`,
    /// `webp`). Leave the pixels alone until `release` (if given) is called, from any thread, after the last message that
    /// carries them has left and whoever made the frame has called <see cref="Release"/>.
    /// </summary>
    public sealed class Frame
    {
        public readonly byte[] Pixels;
        public readonly int Width;
        public readonly int Height;
        public readonly string Format;
        public readonly bool BottomUp;

        /// <summary>
        /// Things in it, by ids of the game's choice: left, top, right and bottom, as fractions of the frame, y downwards
        /// from the top, at most <see cref="Farthest"/> frames out. A decision whose target lies on one of them names it. At
        /// most 64.
        /// </summary>
        public readonly IDictionary<string, double[]> Entities;

        /// <summary>Frames; what lies farther out was counted in pixels.</summary>
        public const double Farthest = 10;

        private readonly Action<byte[]> _release;
        private int _holds = 1;

        /// <param name="bottomUp">The first row is the lowest, as GPU read-backs often have it.</param>
        public Frame(byte[] pixels, int width = 0, int height = 0, string format = "rgb", bool bottomUp = false,
                     Action<byte[]> release = null, IDictionary<string, double[]> entities = null)
        {
            Pixels = pixels;
            Width = width;
            Height = height;
            Format = format;
            BottomUp = bottomUp;
            _release = release;
            Entities = entities ?? new Dictionary<string, double[]>();
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
                header.Flag("bottom_up"),
                null,
                ReadEntities(header, limits));
            frame.Check(limits);
            return frame;
        }

        private static Dictionary<string, double[]> ReadEntities(Fields header, Limits limits)
        {
            var boxes = new Dictionary<string, double[]>();
            if (header.Has("entities"))
            {
                Fields inside = header.Inside("entities");
                foreach (string id in header.Map("entities", limits.Entities).Keys)
                {
                    boxes.Add(inside.Id(id, id, limits), Checked(inside, id, inside.Numbers(id, 4)));
                }
            }
            return boxes;
        }

        /// <summary>Refuse what is a box, but not in the frame's fractions.</summary>
        private static double[] Checked(Fields inside, string id, double[] box)
        {
            if (Array.Exists(box, side => Math.Abs(side) > Farthest))
            {
                throw inside.Fault(id, "looks like pixels",
                    "Send left, top, right, bottom as fractions of the frame: pixels divided by its width and height.");
            }
            if (box[0] > box[2] || box[1] > box[3])
            {
                throw inside.Fault(id, "ends before it begins",
                    "Send left, top, right, bottom (not width and height), y downwards.");
            }
            return box;
        }

        internal Map Described()
        {
            var entities = new Map();
            foreach (KeyValuePair<string, double[]> entity in Entities)
            {
                entities.Add(entity.Key, entity.Value);
            }
            return new Map
            {
                { "width", Width }, { "height", Height }, { "format", Format }, { "bottom_up", BottomUp }, { "entities", entities },
            };
        }

        /// <summary>Let go of the pixels: whoever made the frame calls this once, after handing it to clients.</summary>
        public void Release()
        {
            if (Interlocked.Decrement(ref _holds) == 0 && _release != null)
            {
                _release(Pixels);
            }
        }

        /// <summary>A message carries it.</summary>
        internal void Hold()
        {
            Interlocked.Increment(ref _holds);
        }
    }
}
