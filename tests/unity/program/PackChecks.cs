using System;
using System.IO;

namespace NpcEngine.Tests
{
    /// <summary>The packed server: where it is, how it gets into a build, how its command line is written.</summary>
    internal static class PackChecks
    {
        public static void TheStreamingAssetsOfABuildAreWhereItsGameLooks()
        {
            string sep = Path.DirectorySeparatorChar.ToString();
            Checks.Equal("/out/My Game_Data/StreamingAssets".Replace("/", sep),
                         ServerPack.StreamingAssets("/out/My Game.exe".Replace("/", sep), "windows"));
            Checks.Equal("/out/game_Data/StreamingAssets".Replace("/", sep),
                         ServerPack.StreamingAssets("/out/game.x86_64".Replace("/", sep), "linux"));
            Checks.Equal("/out/Game.app/Contents/Resources/Data/StreamingAssets".Replace("/", sep),
                         ServerPack.StreamingAssets("/out/Game.app".Replace("/", sep), "macos"));
        }

        public static void EachSystemHasItsOwnPack()
        {
            InAFolder(folder =>
            {
                Write(Path.Combine(folder, "windows", "npc-engine.exe"), "MZ..");
                Write(Path.Combine(folder, "npc-engine"), "\u007fELF");
                Checks.Equal(Path.Combine(folder, "windows", "npc-engine.exe"), ServerPack.Program(folder, "windows"));
                Checks.Equal(Path.Combine(folder, "npc-engine"), ServerPack.Program(folder, "linux"));
                Checks.Equal(null, ServerPack.Program(folder, "macos"));
            });
        }

        public static void ABuildWithoutAPackIsToldWhatToDo()
        {
            InAFolder(folder =>
            {
                var fault = Checks.Throws<ProtocolException>(() => ServerPack.Ship(folder, Path.Combine(folder, "game.exe"), "windows"));
                Checks.True(fault.Message.Contains("no packed server for windows") && fault.Fix.Contains("engine pack --out"));
            });
        }

        public static void WhatIsNoPackIsNotReplaced()
        {
            InAFolder(folder =>
            {
                Write(Path.Combine(folder, "pack", "npc-engine.exe"), "MZ..");
                string mine = Path.Combine(folder, "game_Data", "StreamingAssets", "npc-server", "diary.txt");
                Write(mine, "mine");
                Checks.Throws<ProtocolException>(() => ServerPack.Ship(Path.Combine(folder, "pack"), Path.Combine(folder, "game.exe"), "windows"));
                Checks.Equal("mine", File.ReadAllText(mine));
            });
        }

        public static void WordsReachTheServerAsTheyAre()
        {
            Checks.Equal("--voice", ServerSettings.Quoted("--voice"));
            Checks.Equal("\"/Spiel für Zoë/my game\"", ServerSettings.Quoted("/Spiel für Zoë/my game"));
            Checks.Equal("\"C:\\a b\\\\\"", ServerSettings.Quoted("C:\\a b\\"));
            Checks.Equal("\"say \\\"hi\\\"\"", ServerSettings.Quoted("say \"hi\""));
            Checks.Equal("\"\"", ServerSettings.Quoted(""));
        }

        public static void ALogStaysSmallAndKeepsTheLastWords()
        {
            InAFolder(folder =>
            {
                string path = Path.Combine(folder, "server.log");
                var log = new ServerLog(path);
                for (int i = 0; i < 40000; i++)
                {
                    log.Add("line number " + i + " of a server that talks without end", true);
                }
                log.Close();
                Checks.Equal("line number 39999 of a server that talks without end", log.LastLine);
                foreach (string file in new[] { path, path + ".1" })
                {
                    long size = new FileInfo(file).Length;
                    Checks.True(size > 0 && size < ServerLog.MostBytes + 100);
                }
            });
        }

        private static void Write(string path, string text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path));
            File.WriteAllText(path, text);
        }

        private static void InAFolder(Action<string> test)
        {
            string folder = Path.Combine(Path.GetTempPath(), "npc-" + Guid.NewGuid());
            Directory.CreateDirectory(folder);
            try
            {
                test(folder);
            }
            finally
            {
                Directory.Delete(folder, true);
            }
        }
    }
}
