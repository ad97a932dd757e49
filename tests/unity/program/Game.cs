using System;
using System.Threading;

namespace NpcEngine.Tests
{
    /// <summary>
    /// A game without a picture. Reads `spawn NPC PERSONA`, `despawn NPC`, `say NPC TEXT`, `show NPC`, `close`, and prints
    /// `state STATE`, `said ID`, `decided NPC ID-OR-DASH ACTION` and `failed CODE`.
    /// </summary>
    internal static class Game
    {
        /// <param name="arguments">`game ENDPOINT [TOKEN [USER PASSWORD]]`.</param>
        public static int Run(string[] arguments)
        {
            Array.Resize(ref arguments, 5);
            var client = new NpcClient(arguments[1], "mono", arguments[2], arguments[3], arguments[4]);
            var printer = new Thread(() => Print(client)) { IsBackground = true };
            printer.Start();
            string line;
            while ((line = Console.In.ReadLine()) != null && line != "close")
            {
                try
                {
                    Obey(client, line.Split(new[] { ' ' }, 3));
                }
                catch (ProtocolException error)
                {
                    Say("failed " + error.Code);
                }
            }
            client.Dispose();
            Say("state " + client.State);
            return 0;
        }

        private static void Obey(NpcClient client, string[] words)
        {
            string[] npcs = words[1].Split(',');
            switch (words[0])
            {
                case "spawn":
                    client.Spawn(words[1], words[2]);
                    break;
                case "despawn":
                    client.Despawn(words[1]);
                    break;
                case "say":
                    Say("said " + client.Say(npcs, words[2], new Frame(new byte[64 * 48 * 3], 64, 48)));
                    break;
                case "show":
                    client.Show(npcs, new Frame(new byte[640 * 360 * 4], 640, 360, "rgba", true), null, 1.5);
                    break;
            }
        }

        /// <summary>What a game's main loop does: look at the state, take what came.</summary>
        private static void Print(NpcClient client)
        {
            var state = ConnectionState.Closed;
            while (true)
            {
                if (state != client.State)
                {
                    state = client.State;
                    Say("state " + state);
                }
                Decision decision = client.TakeDecision(5);
                if (decision != null)
                {
                    Say("decided " + decision.Npc + " " + (decision.UtteranceId ?? "-") + " " + decision.Action);
                }
                Error error = client.TakeError();
                if (error != null)
                {
                    Say("failed " + error.Code);
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
