using System;

namespace NpcEngine.Tests
{
    /// <summary>What the Python tests run: `mono program.exe COMMAND …`, talking over standard input and output.</summary>
    internal static class Program
    {
        private static int Main(string[] arguments)
        {
            switch (arguments[0])
            {
                case "codec": return CodecLines.Run();
                case "check": return Checks.Run();
                case "game": return Game.Run(arguments);
                case "timelines": return Timelines.Run();
                case "record": return Recorded.Run(arguments[1]);
                case "art": return Art.Run(arguments[1]);
                case "serve": return Serving.Run(arguments);
                case "ship": Console.WriteLine(ServerPack.Ship(arguments[1], arguments[2], arguments[3])); return 0;
                case "bench": return Bench.Run(arguments[1], int.Parse(arguments[2]));
                default: Console.Error.WriteLine("unknown command " + arguments[0]); return 2;
            }
        }
    }
}
