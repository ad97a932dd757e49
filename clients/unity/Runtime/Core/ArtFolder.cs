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

        /// <summary>What programs and habits call a file, and no player calls a thing: as the engine has it.</summary>
        private static readonly HashSet<string> Habits = new HashSet<string>
        {
            "img", "image", "sprite", "sprites", "tile", "tiles", "tileset", "texture", "tex", "untitled", "unnamed", "frame", "frames",
            "layer", "picture", "pic", "copy", "new", "final", "png", "icon", "asset", "sheet", "spritesheet", "dsc", "screenshot",
            "thing", "object", "atlas", "tmp", "temp", "test", "default",
        };

        private readonly string _folder;
        private readonly Dictionary<string, int> _counts = new Dictionary<string, int>(); // by folder: the next number
        private readonly Dictionary<string, string> _folders = new Dictionary<string, string>(); // by the thing's name

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

        /// <summary>Whether a name has a word that a player might say: no "img", no "xkcd"; the engine refuses others.</summary>
        public static bool IsTelling(string name)
        {
            return Array.Exists(name.Split(' '), word => !Habits.Contains(word) && IsWord(word));
        }

        private static bool IsWord(string word)
        {
            char[] letters = word.ToCharArray();
            if (Array.Exists(letters, c => c > 127))
            {
                return Array.Exists(letters, char.IsLetter);
            }
            return word.Length > 1 && Array.TrueForAll(letters, char.IsLetter) && word.IndexOfAny("aeiouy".ToCharArray()) >= 0;
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

        /// <summary>Take away the pictures that were written here before, and no others: no link is followed.</summary>
        public void Clear()
        {
            _counts.Clear();
            _folders.Clear();
            string list = Path.Combine(_folder, Written);
            if (!File.Exists(list) || IsLink(list))
            {
                return;
            }
            foreach (string line in File.ReadAllLines(list))
            {
                string path = OwnPath(line);
                if (path == null || !File.Exists(path) || IsLink(path) || IsLink(Path.GetDirectoryName(path)))
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

        /// <summary>Where a line of the list says that a file lies; null for what is never written here.</summary>
        private string OwnPath(string line)
        {
            string[] parts = line.Split('/', '\\');
            bool isOwn = parts.Length == 2 && !Path.IsPathRooted(line) && Array.IndexOf(parts, "..") < 0
                && (IsPicture(line) || Path.GetExtension(line) == ".json");
            return isOwn ? Path.Combine(_folder, parts[0], parts[1]) : null;
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

        /// <summary>Write a picture of a thing, after those that it has; no file is replaced.</summary>
        /// <param name="file">A PNG or JPEG file.</param>
        /// <returns>Its path.</returns>
        /// <exception cref="ArgumentException">The thing has no name that a player could say.</exception>
        public string Add(string name, byte[] file, string ending = ".png")
        {
            if (string.IsNullOrEmpty(name))
            {
                throw new ArgumentException("a thing needs a name that players say: rename its asset");
            }
            string below;
            if (!_folders.TryGetValue(name, out below))
            {
                below = Free(name.Replace(' ', '_'), HoldsOneThing);
                _folders[name] = below;
            }
            int number;
            _counts.TryGetValue(below, out number);
            while (Exists(Path.Combine(below, number + ending)))
            {
                number++;
            }
            string path = Path.Combine(below, number + ending);
            Write(path, file);
            _counts[below] = number + 1;
            return path;
        }

        /// <summary>Write a sheet with the description of its parts, into a folder of its own.</summary>
        /// <param name="stem">What its file is called, without the ending.</param>
        /// <param name="description">See <see cref="SlicedSprites.Json"/>.</param>
        public void AddSheet(string stem, byte[] file, string ending, string description)
        {
            string below = Free(stem, HoldsNothing);
            Write(Path.Combine(below, stem + ending), file);
            Write(Path.Combine(below, stem + ".json"), new UTF8Encoding(false).GetBytes(description));
            _counts[below] = 1;
        }

        /// <summary>The folder STEM, or STEM_2, STEM_3 … (which the engine reads as the same name), that can be written into.</summary>
        private string Free(string stem, Predicate<string> fits)
        {
            string below = Path.Combine(_folder, stem);
            for (int number = 2; Exists(below) && (IsLink(below) || !Directory.Exists(below) || !fits(below)); number++)
            {
                below = Path.Combine(_folder, stem + "_" + number);
            }
            Directory.CreateDirectory(below);
            return below;
        }

        /// <summary>Whether what lies in a folder are looks of one thing: beside a sheet or a folder, each is a thing.</summary>
        private static bool HoldsOneThing(string folder)
        {
            return Array.TrueForAll(Directory.GetFileSystemEntries(folder),
                path => !Directory.Exists(path) && !path.EndsWith(".json") && !path.EndsWith(".tres"));
        }

        /// <summary>Whether nothing lies in a folder but what Unity keeps beside files.</summary>
        private static bool HoldsNothing(string folder)
        {
            return Array.TrueForAll(Directory.GetFileSystemEntries(folder), path => path.EndsWith(".meta"));
        }

        /// <summary>Whether there is anything, be it a link to nothing.</summary>
        private static bool Exists(string path)
        {
            return File.Exists(path) || Directory.Exists(path) || IsLink(path);
        }

        private static bool IsLink(string path)
        {
            try
            {
                return (File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0;
            }
            catch (IOException) // there is none
            {
                return false;
            }
        }

        /// <summary>Write a new file, and note that it is one of ours.</summary>
        private void Write(string path, byte[] content)
        {
            string list = Path.Combine(_folder, Written);
            if (IsLink(list))
            {
                throw new IOException(list + " is a link: take it away");
            }
            using (var file = new FileStream(path, FileMode.CreateNew))
            {
                file.Write(content, 0, content.Length);
            }
            File.AppendAllText(list, path.Substring(_folder.Length).TrimStart('/', '\\') + "\n");
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
