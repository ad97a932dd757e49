using System;
using System.Collections;
using System.Collections.Generic;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace NpcEngine
{
    /// <summary>
    /// By the system's own calls (posix_spawn, CreateProcess), for builds with IL2CPP. What the process prints goes straight into a
    /// file, which whoever looks after it keeps small.
    /// </summary>
    internal sealed class NativeChild : IServerChild
    {
        private const int Inherit = 1;
        private readonly int _id;
        private int _input;
        private IntPtr _process, _inputHandle;
        private int _code;
        private bool _ended;

        /// <exception cref="Win32Exception">It cannot be started.</exception>
        public NativeChild(string program, IList<string> words, string token, string output)
        {
            var variables = new List<string>();
            foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            {
                if (token == null || (string)variable.Key != ServerSettings.TokenVariable)
                {
                    variables.Add(variable.Key + "=" + variable.Value);
                }
            }
            if (token != null)
            {
                variables.Add(ServerSettings.TokenVariable + "=" + token);
            }
            _id = OnWindows ? Create(program, words, variables, output) : Spawn(program, words, variables, output);
        }

        /// <summary>The number of this process.</summary>
        public static int Own
        {
            get { return OnWindows ? (int)GetCurrentProcessId() : getpid(); }
        }

        public int Id
        {
            get { return _id; }
        }

        public int ExitCode
        {
            get { return _code; }
        }

        private static bool OnWindows
        {
            get { return System.IO.Path.DirectorySeparatorChar == '\\'; }
        }

        public bool WaitForExit(int milliseconds)
        {
            if (!_ended && OnWindows && WaitForSingleObject(_process, (uint)milliseconds) == 0)
            {
                uint code;
                GetExitCodeProcess(_process, out code);
                _code = (int)code;
                _ended = true;
            }
            for (int waited = 0; !_ended && !OnWindows; waited += 10)
            {
                int status;
                int got = waitpid(_id, out status, 1);
                _ended = got != 0; // -1: somebody else collected it
                _code = got < 0 ? -1 : (status & 0x7f) == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f);
                if (_ended || waited >= milliseconds)
                {
                    break;
                }
                Thread.Sleep(10);
            }
            return _ended;
        }

        public void CloseInput()
        {
            if (OnWindows && _inputHandle != IntPtr.Zero)
            {
                CloseHandle(_inputHandle);
                _inputHandle = IntPtr.Zero;
            }
            else if (!OnWindows && _input > 0)
            {
                close(_input);
                _input = 0;
            }
        }

        public void Kill()
        {
            if (OnWindows)
            {
                TerminateProcess(_process, 1);
            }
            else if (!_ended) // its number may be another's by now
            {
                kill(_id, 9);
            }
        }

        public void Dispose()
        {
            CloseInput();
            if (_process != IntPtr.Zero)
            {
                CloseHandle(_process);
                _process = IntPtr.Zero;
            }
        }

        // -- Linux and macOS ------------------------------------------------------------------------------

        private int Spawn(string program, IList<string> words, IList<string> variables, string output)
        {
            bool mac = ServerPack.ThisSystem == "macos";
            var ends = new int[2];
            if (pipe(ends) != 0)
            {
                throw new Win32Exception(Marshal.GetLastWin32Error());
            }
            fcntl(ends[0], 2, 1); // the other end in the server itself would keep its input open
            fcntl(ends[1], 2, 1);
            var all = new List<string> { program };
            all.AddRange(words);
            IntPtr actions = Marshal.AllocHGlobal(512), argv = Strings(all), envp = Strings(variables), path = Utf8(program), log = Utf8(output);
            try
            {
                posix_spawn_file_actions_init(actions);
                posix_spawn_file_actions_adddup2(actions, ends[0], 0);
                posix_spawn_file_actions_addopen(actions, 1, log, mac ? 0x1 | 0x200 | 0x8 : 0x1 | 0x40 | 0x400, 0x1A4);
                posix_spawn_file_actions_adddup2(actions, 1, 2);
                int id;
                int fault = posix_spawnp(out id, path, actions, IntPtr.Zero, argv, envp);
                posix_spawn_file_actions_destroy(actions);
                if (fault != 0)
                {
                    close(ends[1]);
                    throw new Win32Exception(fault);
                }
                _input = ends[1];
                return id;
            }
            finally
            {
                close(ends[0]);
                FreeStrings(argv);
                FreeStrings(envp);
                foreach (IntPtr memory in new[] { actions, path, log })
                {
                    Marshal.FreeHGlobal(memory);
                }
            }
        }

        private static IntPtr Utf8(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text + "\0");
            IntPtr memory = Marshal.AllocHGlobal(bytes.Length);
            Marshal.Copy(bytes, 0, memory, bytes.Length);
            return memory;
        }

        private static IntPtr Strings(IList<string> texts)
        {
            IntPtr memory = Marshal.AllocHGlobal((texts.Count + 1) * IntPtr.Size);
            for (int i = 0; i < texts.Count; i++)
            {
                Marshal.WriteIntPtr(memory, i * IntPtr.Size, Utf8(texts[i]));
            }
            Marshal.WriteIntPtr(memory, texts.Count * IntPtr.Size, IntPtr.Zero);
            return memory;
        }

        private static void FreeStrings(IntPtr memory)
        {
            IntPtr text;
            for (int i = 0; (text = Marshal.ReadIntPtr(memory, i * IntPtr.Size)) != IntPtr.Zero; i++)
            {
                Marshal.FreeHGlobal(text);
            }
            Marshal.FreeHGlobal(memory);
        }

        [DllImport("libc", SetLastError = true)]
        private static extern int pipe(int[] ends);

        [DllImport("libc")]
        private static extern int fcntl(int file, int command, int value);

        [DllImport("libc")]
        private static extern int close(int file);

        [DllImport("libc")]
        private static extern int getpid();

        [DllImport("libc")]
        private static extern int kill(int process, int signal);

        [DllImport("libc")]
        private static extern int waitpid(int process, out int status, int options);

        [DllImport("libc")]
        private static extern int posix_spawnp(out int process, IntPtr path, IntPtr actions, IntPtr attributes, IntPtr argv, IntPtr envp);

        [DllImport("libc")]
        private static extern int posix_spawn_file_actions_init(IntPtr actions);

        [DllImport("libc")]
        private static extern int posix_spawn_file_actions_destroy(IntPtr actions);

        [DllImport("libc")]
        private static extern int posix_spawn_file_actions_adddup2(IntPtr actions, int from, int to);

        [DllImport("libc")]
        private static extern int posix_spawn_file_actions_addopen(IntPtr actions, int file, IntPtr path, int flags, uint mode);

        // -- Windows --------------------------------------------------------------------------------------

        private int Create(string program, IList<string> words, IList<string> variables, string output)
        {
            var rights = new SecurityAttributes { Length = Marshal.SizeOf(typeof(SecurityAttributes)), InheritHandle = Inherit };
            IntPtr read, write;
            if (!CreatePipe(out read, out write, ref rights, 0))
            {
                throw new Win32Exception(Marshal.GetLastWin32Error());
            }
            SetHandleInformation(write, Inherit, 0);
            IntPtr log = CreateFile(output, 0x4, 0x7, ref rights, 4, 0x80, IntPtr.Zero); // append; shared; open or make
            var start = new StartupInfo
            {
                Size = Marshal.SizeOf(typeof(StartupInfo)), Flags = 0x100, Input = read, Output = log, Error = log,
            };
            var line = new StringBuilder(ServerSettings.Quoted(program) + " " + ServerSettings.Line(words));
            ((List<string>)variables).Sort(StringComparer.OrdinalIgnoreCase);
            IntPtr block = Marshal.StringToHGlobalUni(string.Join("\0", variables) + "\0\0");
            ProcessInformation made;
            bool began = CreateProcess(null, line, IntPtr.Zero, IntPtr.Zero, true, 0x08000400, block, null, ref start, out made);
            int fault = Marshal.GetLastWin32Error();
            Marshal.FreeHGlobal(block);
            CloseHandle(read);
            CloseHandle(log);
            if (!began)
            {
                CloseHandle(write);
                throw new Win32Exception(fault);
            }
            CloseHandle(made.Thread);
            _process = made.Process;
            _inputHandle = write;
            return made.ProcessId;
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct SecurityAttributes
        {
            public int Length;
            public IntPtr Descriptor;
            public int InheritHandle;
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct StartupInfo
        {
            public int Size;
            public IntPtr Reserved, Desktop, Title;
            public int X, Y, XSize, YSize, XCountChars, YCountChars, FillAttribute, Flags;
            public short ShowWindow, ReservedSize;
            public IntPtr ReservedBytes, Input, Output, Error;
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct ProcessInformation
        {
            public IntPtr Process, Thread;
            public int ProcessId, ThreadId;
        }

        [DllImport("kernel32", SetLastError = true)]
        private static extern bool CreatePipe(out IntPtr read, out IntPtr write, ref SecurityAttributes rights, uint size);

        [DllImport("kernel32")]
        private static extern bool SetHandleInformation(IntPtr handle, uint mask, uint flags);

        [DllImport("kernel32", CharSet = CharSet.Unicode, EntryPoint = "CreateFileW", SetLastError = true)]
        private static extern IntPtr CreateFile(string path, uint access, uint share, ref SecurityAttributes rights, uint how, uint flags, IntPtr template);

        [DllImport("kernel32", CharSet = CharSet.Unicode, EntryPoint = "CreateProcessW", SetLastError = true)]
        private static extern bool CreateProcess(string program, StringBuilder line, IntPtr process, IntPtr thread, bool inherit, uint flags,
                                                 IntPtr environment, string folder, ref StartupInfo start, out ProcessInformation made);

        [DllImport("kernel32")]
        private static extern uint WaitForSingleObject(IntPtr handle, uint milliseconds);

        [DllImport("kernel32")]
        private static extern bool GetExitCodeProcess(IntPtr process, out uint code);

        [DllImport("kernel32")]
        private static extern bool TerminateProcess(IntPtr process, uint code);

        [DllImport("kernel32")]
        private static extern bool CloseHandle(IntPtr handle);

        [DllImport("kernel32")]
        private static extern uint GetCurrentProcessId();
    }
}
