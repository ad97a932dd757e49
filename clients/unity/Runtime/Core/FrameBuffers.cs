using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>Pixel arrays that are used again, so that frames make no garbage. Thread-safe.</summary>
    public sealed class FrameBuffers
    {
        private const int Kept = 4; // one that is filled, one that waits, one that is sent, one to spare
        private readonly Stack<byte[]> _free = new Stack<byte[]>();

        /// <summary>An array of exactly `size` bytes, with anything in it.</summary>
        public byte[] Rent(int size)
        {
            lock (_free)
            {
                while (_free.Count > 0)
                {
                    byte[] pixels = _free.Pop();
                    if (pixels.Length == size)
                    {
                        return pixels;
                    }
                }
            }
            return new byte[size];
        }

        public void Return(byte[] pixels)
        {
            lock (_free)
            {
                if (_free.Count < Kept)
                {
                    _free.Push(pixels);
                }
            }
        }
    }
}
