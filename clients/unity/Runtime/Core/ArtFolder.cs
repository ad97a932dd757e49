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

        /// <summary>In the folder: the pictures that were written into it, which the next pictures take the place of.</summary>
        private const string Written = ".written";

        private static readonly string[] Pictures = { ".png", ".jpg", ".jpeg" };

        /// <summary>What the surfaces of a model are called by, and no thing is.</summary>
        private static readonly HashSet<string> Maps = new HashSet<string>
        {
            "albedo", "basecolor", "diffuse", "normal", "normals", "normalmap", "roughness", "metallic", "metalness", "ao",
            "occlusion", "orm", "rma", "displacement", "emission", "emissive", "specular", "opacity",
        };

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

        /// <summary>Whether a picture is the texture of a model, as its name says: `Wolf_Albedo.png`.</summary>
        public static bool IsMap(string path)
        {
            string name = NameOf(path).Replace("base color", "basecolor").Replace("normal map", "normalmap");
            int last = name.LastIndexOf(' ');
            return IsPicture(path) && last > 0 && Maps.Contains(name.Substring(last + 1));
        }

        /// <summary>
        /// The Pythons that may have the engine, in the order in which they are tried: the one that is named, or that of an
        /// environment in the project's folder or in one of those above, and those of the system.
        /// </summary>
        public static IList<string> Pythons(string project, string named)
        {
            if (!string.IsNullOrEmpty(named))
            {
                return new[] { named };
            }
            var found = new List<string>();
            string folder = Path.GetFullPath(project);
            for (int up = 0; up < 4 && folder != null; up++)
            {
                foreach (string python in new[] { ".venv/bin/python", ".venv/Scripts/python.exe" })
                {
                    string path = Path.Combine(folder, python);
                    if (File.Exists(path))
                    {
                        found.Add(path);
                    }
                }
                folder = Path.GetDirectoryName(folder);
            }
            found.AddRange(new[] { "python3", "python", "py" });
            return found;
        }

        /// <summary>Take away the pictures that were written here before, and no others.</summary>
        public void Clear()
        {
            _counts.Clear();
            string list = Path.Combine(_folder, Written);
            if (!File.Exists(list))
            {
                return;
            }
            foreach (string line in File.ReadAllLines(list))
            {
                string path = line.Contains("..") || Path.IsPathRooted(line) ? null : Path.Combine(_folder, line);
                if (path == null || !File.Exists(path))
                {
                    continue;
                }
                File.Delete(path);
                string below = Path.GetDirectoryName(path);
                if (Directory.GetFileSystemEntries(below).Length == 0)
                {
                    Directory.Delete(below);
                }
            }
            File.Delete(list);
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
            Note(path);
            return path;
        }

        /// <summary>Write a sheet with the description of its parts.</summary>
        /// <param name="stem">What its file is called, without the ending.</param>
        /// <param name="description">See <see cref="SlicedSprites.Json"/>.</param>
        public void AddSheet(string stem, byte[] file, string ending, string description)
        {
            string below = Path.Combine(_folder, stem);
            Directory.CreateDirectory(below);
            string picture = Path.Combine(below, stem + ending), told = Path.Combine(below, stem + ".json");
            File.WriteAllBytes(picture, file);
            File.WriteAllText(told, description);
            _counts[stem] = 1;
            Note(picture);
            Note(told);
        }

        private void Note(string path)
        {
            string line = path.Substring(_folder.Length).TrimStart('/', '\\');
            File.AppendAllText(Path.Combine(_folder, Written), line + "\n");
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
