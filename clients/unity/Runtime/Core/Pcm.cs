using System;

namespace NpcEngine
{
    /// <summary>Sound as engines have it (floats from -1 to 1) and as the wire has it (16 bits, little-endian, mono).</summary>
    public static class Pcm
    {
        /// <summary>Bytes of the first `count` samples of each channel, all channels mixed into one.</summary>
        public static byte[] From(float[] samples, int count, int channels = 1)
        {
            var pcm = new byte[2 * count];
            for (int i = 0; i < count; i++)
            {
                float sum = 0;
                for (int channel = 0; channel < channels; channel++)
                {
                    sum += samples[i * channels + channel];
                }
                int value = (int)Math.Round(Math.Max(-1f, Math.Min(1f, sum / channels)) * short.MaxValue);
                pcm[2 * i] = (byte)value;
                pcm[2 * i + 1] = (byte)(value >> 8);
            }
            return pcm;
        }

        /// <summary>Sample `i` of PCM.</summary>
        public static float At(byte[] pcm, int i)
        {
            return (short)(pcm[2 * i] | (pcm[2 * i + 1] << 8)) / (float)-short.MinValue;
        }
    }
}
