using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;

namespace NpcEngine.Tests
{
    /// <summary>
    /// A game that starts its server. Reads `say TEXT`, `start`, `end` and `close`, and prints `state STATE PID ADDRESS`,
    /// `fault WHY`, `decided ID ACTION` and `said ID`.
    /// </summary>
    internal static class Serving
    {
        /// <param name="arguments">`serve DATA PACK PYTHON [OPTION …]`; with NATIVE=1 as a build with IL2CPP does it.</param>
        public static int Run(string[] arguments)
        {
            var settings = new ServerSettings
            {
                Data = arguments[1], Commands = ServerSettings.Find(arguments[2], true, arguments[3]), FirstPause = 0.05,
                Options = new List<string>(arguments).GetRange(4, arguments.Length - 4).ToArray(), Token = "a secret",
            };
            string silent = Environment.GetEnvironmentVariable("SILENT");
            settings.Silent = silent == null ? settings.Silent : double.Parse(silent, CultureInfo.InvariantCulture);
            settings.Native = Environment.GetEnvironmentVariable("NATIVE") == "1";
            var server = new ServerProcess(settings);
            var client = new NpcClient(null, "mono", "a secret");
            client.Spawn("mira", "healer");
            new Thread(() => Print(server, client)) { IsBackground = true }.Start();
            string line;
            while ((line = Console.In.ReadLine()) != null && line != "close")
            {
                switch (line.Split(' ')[0])
                {
                    case "say":
                        Say("said " + client.Say(new[] { "mira" }, line.Substring(4), null));
                        break;
                    case "start":
                        server.Start();
                        break;
                    case "end":
                        server.Dispose();
                        break;
                }
            }
            ServerProcess.CloseAll();
            client.Dispose();
            return 0;
        }

        /// <summary>What a game's main loop does.</summary>
        private static void Print(ServerProcess server, NpcClient client)
        {
            string state = "", address = "";
            while (true)
            {
                string told = server.State + " " + server.ProcessId + " " + server.Address;
                if (told != state)
                {
                    state = told;
                    Say("state " + state);
                }
                server.NoteHeard(client.State == ConnectionState.Connected || client.State == ConnectionState.Refused);
                string where = server.Address;
                if (where.Length > 0 && where != address)
                {
                    address = where;
                    client.MoveTo(where);
                }
                for (string fault = server.TakeFault(); fault != null; fault = server.TakeFault())
                {
                    Say("fault " + fault);
                }
                Decision decision = client.TakeDecision(5);
                if (decision != null)
                {
                    Say("decided " + decision.UtteranceId + " " + decision.Action);
                }
            }
        }

        private static void Say(string line)
        {
            lock (Console.Out)
            {
                Console.Out.WriteLine(line);
                Console.Out.Flush();
            }
        }
    }
}
