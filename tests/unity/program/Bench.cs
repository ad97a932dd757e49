using System;
using System.Diagnostics;

namespace NpcEngine.Tests
{
    /// <summary>
    /// Round trips of a 640×360 RGB frame: shows it, waits for its decision, and prints each trip's milliseconds.
    /// </summary>
    internal static class Bench
    {
        public static int Run(string endpoint, int trips)
        {
            string[] npcs = { "bench" };
            var frame = new Frame(new byte[640 * 360 * 3], 640, 360);
            using (var client = new NpcClient(endpoint, "bench"))
            {
                client.Spawn("bench", "guard");
                while (client.NameOf("bench") == null)
                {
                    System.Threading.Thread.Sleep(10);
                }
                for (int i = 0; i < trips; i++)
                {
                    long began = Stopwatch.GetTimestamp();
                    long seq = client.Show(npcs, frame);
                    while (client.TakeDecision(5000).Seq != seq)
                    {
                    }
                    Console.WriteLine((Stopwatch.GetTimestamp() - began) * 1000.0 / Stopwatch.Frequency);
                }
            }
            return 0;
        }
    }
}
