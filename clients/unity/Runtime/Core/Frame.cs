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
    public sealed partial class Frame
    {
        public readonly byte[] Pixels;
        public readonly int Width;
        public readonly int Height;
        public readonly string Format;
        public readonly bool BottomUp;

        /// <summary>
        /// Things in it, by ids of the game's choice: left, top, right and bottom, as fractions of the frame, y downwards
        /// from the top, at most ten frames out. A decision whose target lies on one of them names it. At
        /// most 64.
        /// </summary>
        public readonly IDictionary<string, double[]> Entities;

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
