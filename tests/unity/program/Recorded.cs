using System;
using System.Collections.Generic;

namespace NpcEngine.Tests
{
    /// <summary>Adds one frame to a recording; the PNG file comes as hex on standard input.</summary>
    internal static class Recorded
    {
        public static int Run(string folder)
        {
            byte[] picture = CodecLines.Bytes(Console.In.ReadLine());
            using (var recording = new RecordingWriter(folder, "a \"mono\" game"))
            {
                var entities = new[]
                {
                    new RecordedEntity("grey wölf", -4, 2, 10, 6, "hostile", "animal"),
                    new RecordedEntity("red potion", 40, 2, 5, 5, "item"),
                };
                var labels = new Dictionary<string, object> { { "text", "run\n\"away\"" }, { "target", null } };
                recording.Write(picture, 16, 8, "e1", 0.25, entities, labels);
            }
            return 0;
        }
    }
}
