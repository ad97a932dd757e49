using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace NpcEngine
{
    /// <summary>
    /// The folder that `python -m engine pack` makes, with a server that needs no Python: where its program is, and how it comes
    /// along with a built game.
    /// </summary>
    public static class ServerPack
    {
        /// <summary>What it is called among a game's streaming assets, and by default in a project's folder.</summary>
        public const string Folder = "npc-server";

        private static readonly string[] Systems = { "windows", "linux", "macos" };

        /// <summary>The system that this runs on: `windows`, `linux` or `macos`.</summary>
        public static string ThisSystem
        {
            get
            {
                return Path.DirectorySeparatorChar == '\\' ? "windows" : Directory.Exists("/System/Library") ? "macos" : "linux";
            }
        }

        /// <summary>The program of a pack, or null where the folder is none for that system.</summary>
        /// <param name="folder">A pack, or a folder with one for each system, called as <see cref="ThisSystem"/> calls them.</param>
        public static string Program(string folder, string system)
        {
            string name = system == "windows" ? "npc-engine.exe" : "npc-engine";
            foreach (string place in new[] { Path.Combine(folder, system), folder })
            {
                string path = Path.Combine(place, name);
                if (File.Exists(path) && !IsForeign(path, system))
                {
                    return path;
                }
            }
            return null;
        }

        /// <summary>Where a built game looks for its streaming assets.</summary>
        /// <param name="output">What Unity calls the build's output path: the program, or on macOS the bundle.</param>
        public static string StreamingAssets(string output, string system)
        {
            return system == "macos"
                ? Path.Combine(output, "Contents", "Resources", "Data", "StreamingAssets")
                : Path.Combine(Path.GetDirectoryName(output), Path.GetFileNameWithoutExtension(output) + "_Data", "StreamingAssets");
        }

        /// <summary>
        /// Lay a project's pack among the streaming assets of a built game, in the place of an older one. It is never among the
        /// project's assets: Unity would import its hundreds of files.
        /// </summary>
        /// <returns>Where it lies.</returns>
        /// <exception cref="ProtocolException">`pack`: there is none for that system, or something else is in its place.</exception>
        public static string Ship(string folder, string output, string system)
        {
            string program = Program(folder, system);
            if (program == null)
            {
                throw new ProtocolException("pack", "There is no packed server for " + system + " in " + folder + ".",
                                            "Make one there: python -m engine pack --out " + folder);
            }
            string target = Path.Combine(StreamingAssets(output, system), Folder);
            if (Directory.Exists(target))
            {
                if (Array.TrueForAll(Systems, each => Program(target, each) == null))
                {
                    throw new ProtocolException("pack", target + " is there and is no packed server.", "Move it away.");
                }
                Directory.Delete(target, true);
            }
            Copy(Path.GetDirectoryName(program), target);
            MakeRunnable(Program(target, system));
            return target;
        }

        /// <summary>Let a program run that came through something which forgot that it is one, such as a zip file.</summary>
        public static void MakeRunnable(string program)
        {
            if (Path.DirectorySeparatorChar == '/')
            {
                chmod(program, 0x1ED); // rwxr-xr-x; where that is forbidden it may run as it is
            }
        }

        private static void Copy(string from, string to)
        {
            Directory.CreateDirectory(to);
            foreach (string entry in Directory.GetFileSystemEntries(from))
            {
                string target = Path.Combine(to, Path.GetFileName(entry));
                string link = LinkOf(entry);
                if (link != null)
                {
                    symlink(link, target);
                }
                else if (Directory.Exists(entry))
                {
                    Copy(entry, target);
                }
                else
                {
                    File.Copy(entry, target, true);
                }
            }
        }

        /// <summary>What a symbolic link leads to; null where it is none. Packs for Windows have none.</summary>
        private static string LinkOf(string path)
        {
            if (Path.DirectorySeparatorChar != '/')
            {
                return null;
            }
            var place = new byte[4096];
            long size = readlink(path, place, (UIntPtr)place.Length).ToInt64();
            return size < 0 ? null : Encoding.UTF8.GetString(place, 0, (int)size);
        }

        /// <summary>Whether it is a program of the other system whose programs have no ending.</summary>
        private static bool IsForeign(string path, string system)
        {
            var head = new byte[4];
            using (FileStream file = File.OpenRead(path))
            {
                file.Read(head, 0, 4);
            }
            string magic = BitConverter.ToString(head);
            return system == "linux" ? magic == "CF-FA-ED-FE" || magic == "CA-FE-BA-BE" : system == "macos" && magic == "7F-45-4C-46";
        }

        [DllImport("libc")]
        private static extern int chmod([MarshalAs(UnmanagedType.LPStr)] string path, uint mode);

        [DllImport("libc")]
        private static extern int symlink([MarshalAs(UnmanagedType.LPStr)] string target, [MarshalAs(UnmanagedType.LPStr)] string path);

        [DllImport("libc")]
        private static extern IntPtr readlink([MarshalAs(UnmanagedType.LPStr)] string path, byte[] place, UIntPtr size);
    }
}
