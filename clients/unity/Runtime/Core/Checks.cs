using System;
using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>The rules over several fields, which no schema tells. Each throws <see cref="ProtocolException"/>.</summary>
    internal static class Checks
    {
        private const double Farthest = 10; // frames beyond the edge; what lies farther out was counted in pixels

        /// <summary>Some NPC sees an observation, and who is spoken to sees it too: all where nobody is named.</summary>
        public static Observe Observe(Observe message, Fields fields, Limits limits)
        {
            if (message.Npcs.Length == 0)
            {
                throw fields.Fault("npcs", "is empty", "Name the NPCs that see this.");
            }
            Utterance said = message.Utterance;
            if (said == null)
            {
                return message;
            }
            if (said.To.Length == 0)
            {
                return message.For(message.Npcs);
            }
            foreach (string npc in said.To)
            {
                if (Array.IndexOf(message.Npcs, npc) < 0)
                {
                    throw fields.Fault("utterance.to", "names '" + npc + "', which is not in `npcs`",
                                       "List everybody who is spoken to in `npcs` too.");
                }
            }
            return message;
        }

        /// <summary>The picture of a phrase is small.</summary>
        public static Look Look(Look message, Fields fields, Limits limits)
        {
            int size = message.Frame == null ? 0 : message.Frame.Pixels.Length;
            if (size > limits.Picture)
            {
                throw new ProtocolException("frame_size", "The picture of '" + message.Phrase + "' has " + size + " bytes.",
                    "Send at most " + limits.Picture + ": 128 pixels a side show enough of a thing.");
            }
            return message;
        }

        /// <summary>Whether there is a frame: described and sent, and not one of the two.</summary>
        public static bool HasPart(Fields fields, string name, byte[] part)
        {
            bool described = fields.Has(name);
            if (described != (part != null))
            {
                throw new ProtocolException("frame_size",
                    described ? "The header has a `frame`, but no frame part came." : "A frame part came, but the header has no `frame`.",
                    "Send both or neither.");
            }
            return described;
        }

        /// <summary>A raw frame has the bytes that its size asks for.</summary>
        public static Frame Frame(Frame frame, Fields fields, Limits limits)
        {
            int channels;
            Protocol.Channels.TryGetValue(frame.Format, out channels);
            if (channels == 0 && Array.IndexOf(Protocol.Encoded, frame.Format) < 0)
            {
                throw new ProtocolException("frame_format", "Frame format '" + frame.Format + "' is not known.",
                    "Use one of: " + string.Join(", ", Protocol.Channels.Keys) + ", " + string.Join(", ", Protocol.Encoded) + ".");
            }
            int size = frame.Pixels.Length;
            if (size < 1 || size > limits.Frame)
            {
                throw new ProtocolException("frame_size", "The frame has " + size + " bytes.",
                    "Send 1 to " + limits.Frame + " bytes: scale the picture down or send JPEG.");
            }
            long wanted = (long)frame.Width * frame.Height * channels;
            if (channels > 0 && (wanted == 0 || wanted != size))
            {
                throw new ProtocolException("frame_size",
                    "The frame has " + size + " bytes, but " + frame.Width + "x" + frame.Height + " " + frame.Format + " needs "
                    + wanted + ".",
                    "Check width, height, format and row padding.");
            }
            return frame;
        }

        /// <summary>Boxes are fractions of the frame; none where the field is absent.</summary>
        public static Dictionary<string, double[]> Boxes(Fields fields, string name, int entries, Limits limits)
        {
            var boxes = new Dictionary<string, double[]>();
            if (fields.Has(name))
            {
                Fields inside = fields.Inside(name);
                foreach (string id in fields.Map(name, entries).Keys)
                {
                    boxes.Add(inside.Id(id, id, limits), Box(inside, id, inside.Numbers(id, 4)));
                }
            }
            return boxes;
        }

        private static double[] Box(Fields inside, string id, double[] box)
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
    }
}
