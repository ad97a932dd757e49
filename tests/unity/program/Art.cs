using System;
using System.Globalization;
using System.Text;

namespace NpcEngine.Tests
{
    /// <summary>
    /// Answers lines about an art folder: `name PATH`; `cut WIDTH HEIGHT BLACK WHITE` (rows from below, hex) with what is seen,
    /// `add NAME PNG`, `sheet STEM PNG META` (hex), `clear`, `telling NAME`, `map PATH`, `pythons PROJECT NAMED`, `command BUNDLE`, `eye SIDE`,
    /// `distance RADIUS DEGREES`.
    /// </summary>
    internal static class Art
    {
        public static int Run(string folder)
        {
            var art = new ArtFolder(folder);
            string line;
            while ((line = Console.In.ReadLine()) != null)
            {
                string[] words = line.Split('\t');
                try
                {
                    Console.Out.WriteLine(Answer(art, words));
                }
                catch (ArgumentException error)
                {
                    Console.Out.WriteLine("fault " + error.Message);
                }
            }
            return 0;
        }

        private static string Answer(ArtFolder art, string[] words)
        {
            switch (words[0])
            {
                case "name": return ArtFolder.NameOf(words[1]);
                case "add": return art.Add(words[1], CodecLines.Bytes(words[2]));
                case "sheet": return Sheet(art, words[1], CodecLines.Bytes(words[2]), CodecLines.Bytes(words[3]));
                case "clear":
                    art.Clear();
                    return "cleared";
                case "telling": return ArtFolder.IsTelling(words[1]) ? "told" : "left out";
                case "map": return ArtFolder.IsMap(words[1]) ? "map" : "thing";
                case "pythons": return string.Join(" ", ArtFolder.Pythons(words[1], words[2]));
                case "command": return art.Arguments(words[1]);
                case "eye":
                    return string.Join(" ", Array.ConvertAll(ArtFolder.Eye(int.Parse(words[1])), Shown));
                case "distance": return Shown(ArtFolder.Distance(Number(words[1]), Number(words[2])));
                default:
                    byte[] black = CodecLines.Bytes(words[3]), white = CodecLines.Bytes(words[4]);
                    Cutout cut = Cutout.Of(black, white, int.Parse(words[1]), int.Parse(words[2]), true);
                    return cut == null ? "nothing" : cut.Width + " " + cut.Height + " " + CodecLines.Hex(cut.Pixels);
            }
        }

        private static string Sheet(ArtFolder art, string stem, byte[] png, byte[] meta)
        {
            string json = SlicedSprites.Json(Encoding.UTF8.GetString(meta), stem + ".png", SlicedSprites.HeightOf(png));
            if (json == null)
            {
                return "nothing";
            }
            art.AddSheet(stem, png, ".png", json);
            return "sheet";
        }

        private static double Number(string word)
        {
            return double.Parse(word, CultureInfo.InvariantCulture);
        }

        private static string Shown(double number)
        {
            return number.ToString("R", CultureInfo.InvariantCulture);
        }
    }
}
