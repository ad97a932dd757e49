using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace NpcEngine
{
    /// <summary>
    /// An art folder as `python -m engine adapt --art` wants it: a folder of pictures for each thing, called as players call it.
    /// </summary>
    public sealed class ArtFolder
    {
        /// <summary>From which a thing in space is shown.</summary>
        public const int Sides = 8;

        /// <summary>Degrees from which it is looked down on, as a player's camera mostly does.</summary>
        public const double Above = 18;

        private static readonly string[] Pictures = { ".png", ".jpg", ".jpeg" };
        private readonly string _folder;
        private readonly Dictionary<string, int> _counts = new Dictionary<string, int>();

        public ArtFolder(string folder)
        {
            _folder = folder;
        }

        /// <summary>Things that have pictures.</summary>
        public int Count
        {
            get { return _counts.Count; }
        }

        /// <summary>What an asset is called: `Assets/Props/RedPotion_02.prefab` shows a "red potion".</summary>
        public static string NameOf(string path)
        {
            string file = Path.GetFileNameWithoutExtension(path);
            var words = new StringBuilder();
            for (int i = 0; i < file.Length; i++)
            {
                char c = file[i];
                bool begins = i > 0 && char.IsUpper(c) && (char.IsLower(file[i - 1]) || Followed(file, i));
                if (begins || !char.IsLetterOrDigit(c) || (i > 0 && char.IsDigit(c) != char.IsDigit(file[i - 1])))
                {
                    words.Append(' ');
                }
                words.Append(char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ');
            }
            string[] kept = Array.FindAll(words.ToString().Split(' '), word => word.Length > 0 && !char.IsDigit(word[0]));
            return string.Join(" ", kept);
        }

        private static bool Followed(string file, int i)
        {
            return char.IsUpper(file[i - 1]) && i + 1 < file.Length && char.IsLower(file[i + 1]);
        }

        /// <summary>Whether a file is a picture that can be taken as it is.</summary>
        public static bool IsPicture(string path)
        {
            return Array.IndexOf(Pictures, Path.GetExtension(path).ToLowerInvariant()) >= 0;
        }

        /// <summary>Where the camera stands, as seen from the middle of the thing: a direction of length 1, y upwards.</summary>
        public static double[] Eye(int side)
        {
            double turn = 2 * Math.PI * side / Sides, up = Above * Math.PI / 180;
            return new[] { Math.Sin(turn) * Math.Cos(up), Math.Sin(up), Math.Cos(turn) * Math.Cos(up) };
        }

        /// <summary>How far from its middle a camera sees all of a thing.</summary>
        /// <param name="radius">From the middle to its farthest corner.</param>
        /// <param name="fieldOfView">Degrees, of the smaller side of the picture.</param>
        public static double Distance(double radius, double fieldOfView)
        {
            return 1.05 * radius / Math.Sin(fieldOfView * Math.PI / 360);
        }

        /// <summary>Write a picture of a thing, after those that it has.</summary>
        /// <param name="file">A PNG or JPEG file.</param>
        /// <returns>Its path.</returns>
        /// <exception cref="ArgumentException">The thing has no name that a player could say.</exception>
        public string Add(string name, byte[] file, string ending = ".png")
        {
            if (string.IsNullOrEmpty(name))
            {
                throw new ArgumentException("a thing needs a name that players say: rename its asset");
            }
            int number;
            _counts.TryGetValue(name, out number);
            string below = Path.Combine(_folder, name.Replace(' ', '_'));
            Directory.CreateDirectory(below);
            string path = Path.Combine(below, number + ending);
            File.WriteAllBytes(path, file);
            _counts[name] = number + 1;
            return path;
        }

        /// <summary>What teaches it to the engine: the words behind Python.</summary>
        public string Arguments(string bundle)
        {
            return "-m engine adapt --art " + Quoted(_folder) + " --out " + Quoted(bundle);
        }

        private static string Quoted(string path)
        {
            return path.IndexOf(' ') < 0 ? path : "\"" + path + "\"";
        }
    }
}
