using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace NpcEngine
{
    /// <summary>What a <see cref="ServerProcess"/> starts, and how patient it is.</summary>
    public sealed class ServerSettings
    {
        /// <summary>Memory files, for copies of the game that run at the same time.</summary>
        public const int Memories = 8;

        /// <summary>What carries the token to the server, where no list of processes shows it.</summary>
        internal const string TokenVariable = "NPC_ENGINE_TOKEN";

        /// <summary>Where memory, log and ready file are kept.</summary>
        public string Data;

        /// <summary>What may start it, in the order in which it is tried: the program and its first arguments.</summary>
        public IList<string[]> Commands;

        /// <summary>Further options of `python -m engine serve`, such as --voice.</summary>
        public string[] Options = new string[0];

        /// <summary>What clients must send; null for nothing.</summary>
        public string Token;

        /// <summary>
        /// Start it by the system's own calls instead of `System.Diagnostics.Process`. Builds with IL2CPP lack that class, and do so
        /// by themselves.
        /// </summary>
        public bool Native;

        /// <summary>Seconds from one end to the next start; twice as many after each further end.</summary>
        public double FirstPause = 0.5;

        public double LongestPause = 30;

        /// <summary>Ends in a row after which it is left alone.</summary>
        public int Tries = 6;

        /// <summary>Ready for so many seconds, and earlier ends are forgotten.</summary>
        public double Steady = 60;

        /// <summary>Seconds for which it does not answer, after which it is ended and started again.</summary>
        public double Silent = 15;

        /// <summary>Seconds that a start may take.</summary>
        public double ReadyWithin = 120;

        /// <summary>The packed server, or in an editor a Python that has the engine.</summary>
        /// <param name="pack">The folder of <see cref="ServerPack"/>.</param>
        /// <param name="inEditor">Whether Python is tried where there is no pack.</param>
        /// <param name="python">The Python that has the engine; null or empty for those of the PATH.</param>
        public static IList<string[]> Find(string pack, bool inEditor, string python = null)
        {
            var found = new List<string[]>();
            string program = ServerPack.Program(pack, ServerPack.ThisSystem);
            if (program != null)
            {
                ServerPack.MakeRunnable(program);
                found.Add(new[] { program });
            }
            else if (inEditor)
            {
                string[] pythons = string.IsNullOrEmpty(python) ? new[] { "python3", "python", "py" } : new[] { python };
                foreach (string one in pythons)
                {
                    found.Add(new[] { one, "-m", "engine" });
                }
            }
            return found;
        }

        internal string LogFile
        {
            get { return Path.Combine(Data, "server.log"); }
        }

        /// <summary>Of this process, since copies of a game may run at the same time.</summary>
        internal string ReadyFile
        {
            get { return Path.Combine(Data, "ready-" + NativeChild.Own); }
        }

        internal string MemoryFile(int number)
        {
            return Path.Combine(Data, number == 1 ? "memory.sqlite" : "memory-" + number + ".sqlite");
        }

        /// <summary>What `serve` is told: a free port, a file that gets the address, and to live no longer than the game.</summary>
        internal IList<string> Arguments(string[] command, int memory)
        {
            var words = new List<string>(command);
            words.RemoveAt(0);
            words.AddRange(new[] { "serve", "--bind", "tcp://127.0.0.1:0", "--ready-file", ReadyFile });
            words.AddRange(new[] { "--parent-pid", NativeChild.Own.ToString(), "--until-stdin-closes" });
            if (Array.IndexOf(Options, "--memory") < 0)
            {
                words.AddRange(new[] { "--memory", MemoryFile(memory) });
            }
            words.AddRange(Options);
            return words;
        }

        /// <summary>Words as one command line.</summary>
        internal static string Line(IEnumerable<string> words)
        {
            return string.Join(" ", new List<string>(words).ConvertAll(Quoted));
        }

        /// <summary>A word as command lines have it: https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments</summary>
        public static string Quoted(string word)
        {
            if (word.Length > 0 && word.IndexOfAny(new[] { ' ', '\t', '"', '\'', '\\' }) < 0)
            {
                return word;
            }
            var text = new StringBuilder("\"");
            int backslashes = 0;
            foreach (char c in word)
            {
                text.Append('\\', c == '"' ? backslashes + 1 : 0);
                backslashes = c == '\\' ? backslashes + 1 : 0;
                text.Append(c);
            }
            return text.Append('\\', backslashes).Append('"').ToString();
        }
    }
}
