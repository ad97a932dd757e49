using System;

namespace NpcEngine
{
    /// <summary>
    /// A thing cut out of its background: four bytes a pixel (red, green, blue, alpha), first row on top, as large as what is
    /// seen of it.
    /// </summary>
    public sealed class Cutout
    {
        private const int Visible = 8; // of 255: alpha from which a pixel counts

        public readonly byte[] Pixels;
        public readonly int Width;
        public readonly int Height;

        private Cutout(byte[] pixels, int width, int height)
        {
            Pixels = pixels;
            Width = width;
            Height = height;
        }

        /// <summary>
        /// From two pictures of the same view, one before black and one before white: what lets the background through is the
        /// brighter before white. No renderer has to write alpha for it.
        /// </summary>
        /// <param name="black">Rows of red, green, blue; three bytes a pixel.</param>
        /// <param name="bottomUp">The first row is the lowest, as graphics cards have it.</param>
        /// <returns>null where nothing is seen.</returns>
        public static Cutout Of(byte[] black, byte[] white, int width, int height, bool bottomUp)
        {
            if (black.Length != width * height * 3 || white.Length != black.Length)
            {
                throw new ArgumentException("both pictures need three bytes a pixel and the same size");
            }
            var whole = new byte[width * height * 4];
            int left = width, right = -1, top = height, bottom = -1;
            for (int y = 0; y < height; y++)
            {
                int row = bottomUp ? height - 1 - y : y;
                for (int x = 0; x < width; x++)
                {
                    int alpha = Uncover(black, white, 3 * (row * width + x), whole, 4 * (y * width + x));
                    if (alpha >= Visible)
                    {
                        left = Math.Min(left, x);
                        right = Math.Max(right, x);
                        top = Math.Min(top, y);
                        bottom = Math.Max(bottom, y);
                    }
                }
            }
            return right < 0 ? null : Cut(whole, width, left, top, right - left + 1, bottom - top + 1);
        }

        /// <summary>One pixel; returns its alpha.</summary>
        private static int Uncover(byte[] black, byte[] white, int from, byte[] to, int at)
        {
            int through = 0;
            for (int c = 0; c < 3; c++)
            {
                through = Math.Max(through, white[from + c] - black[from + c]);
            }
            int alpha = 255 - Math.Min(through, 255);
            for (int c = 0; c < 3 && alpha > 0; c++)
            {
                to[at + c] = (byte)Math.Min(255, black[from + c] * 255 / alpha);
            }
            to[at + 3] = (byte)alpha;
            return alpha;
        }

        private static Cutout Cut(byte[] whole, int wide, int left, int top, int width, int height)
        {
            var pixels = new byte[width * height * 4];
            for (int y = 0; y < height; y++)
            {
                Array.Copy(whole, 4 * ((top + y) * wide + left), pixels, 4 * y * width, 4 * width);
            }
            return new Cutout(pixels, width, height);
        }
    }
}
