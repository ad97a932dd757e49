using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Threading;

namespace NpcEngine
{
    /// <summary>How a server that was started with the game is.</summary>
    public enum ServerState
    {
        /// <summary>It was ended.</summary>
        Off,

        /// <summary>Its process runs and does not listen yet.</summary>
        Starting,

        /// <summary>It listens at <see cref="ServerProcess.Address"/>.</summary>
        Ready,

        /// <summary>It ended by itself, and is started again soon.</summary>
        Waiting,

        /// <summary>It ended too often, or there is none: <see cref="ServerProcess.Start"/> tries again.</summary>
        Failed,
    }

    /// <summary>
    /// Starts the engine's server, keeps it running, and ends it with the game, a crash included. One that lives and does not
    /// answer is ended, and started again. A thread of its own does the waiting; no call blocks. What it prints goes to a log of
    /// bounded size.
    /// </summary>
    public sealed class ServerProcess : IDisposable
    {
        private const int LookMs = 50;
        private const int GoodbyeMs = 5000; // it answers what it has acknowledged, for three seconds at most
        private const int Refused = 2; // exit status of a command that cannot, and has said why
        private const int NotStarted = -1;
        private const double LongestFrame = 1; // that counts while nobody is heard: a game that loads hears nobody either
        private static readonly List<ServerProcess> Open = new List<ServerProcess>();

        private readonly ServerSettings _settings;
        private readonly ServerLog _log;
        private readonly object _gate = new object();
        private readonly Queue<string> _faults = new Queue<string>();
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly List<string[]> _commands = new List<string[]>();
        private ManualResetEvent _over;
        private Thread _thread;
        private ServerState _state = ServerState.Off;
        private string _address = "";
        private string _trouble = "";
        private int _id;
        private int _command;
        private int _memory = 1;
        private double _silentFor;
        private double _notedAt;
        private bool _hung;

        /// <summary>Starts at once and returns.</summary>
        public ServerProcess(ServerSettings settings)
        {
            _settings = settings;
            _log = new ServerLog(settings.LogFile);
            lock (Open)
            {
                Open.Add(this);
            }
            Start();
        }

        /// <summary>End every server of this process: before an editor reloads its scripts, for one.</summary>
        public static void CloseAll()
        {
            ServerProcess[] open;
            lock (Open)
            {
                open = Open.ToArray();
            }
            foreach (ServerProcess server in open)
            {
                server.Dispose();
            }
        }

        public ServerState State
        {
            get { lock (_gate) { return _state; } }
        }

        /// <summary>Where it listens; empty unless it is ready.</summary>
        public string Address
        {
            get { lock (_gate) { return _address; } }
        }

        /// <summary>Why it does not run, for people; empty where nothing is wrong.</summary>
        public string Trouble
        {
            get { lock (_gate) { return _trouble; } }
        }

        /// <summary>Number of its process; 0 where there is none.</summary>
        public int ProcessId
        {
            get { lock (_gate) { return _id; } }
        }

        /// <summary>Said with each frame of the game: whether its client hears the server.</summary>
        public void NoteHeard(bool heard)
        {
            lock (_gate)
            {
                double now = _clock.Elapsed.TotalSeconds;
                _silentFor = heard || _state != ServerState.Ready ? 0 : _silentFor + Math.Min(now - _notedAt, LongestFrame);
                _notedAt = now;
            }
        }

        /// <summary>The next thing that went wrong, with what to do; null where there is none.</summary>
        public string TakeFault()
        {
            lock (_gate)
            {
                return _faults.Count > 0 ? _faults.Dequeue() : null;
            }
        }

        /// <summary>Start it, unless it runs; after <see cref="ServerState.Failed"/> that is up to the game.</summary>
        public void Start()
        {
            lock (_gate)
            {
                if (_state != ServerState.Off && _state != ServerState.Failed)
                {
                    return;
                }
                _trouble = "";
                _command = 0;
                _commands.Clear();
                _commands.AddRange(_settings.Commands);
                if (_commands.Count == 0)
                {
                    GiveUp("There is no " + ServerPack.Folder + " with the game.", "Build it again, see docs/unity.md.");
                    return;
                }
                _state = ServerState.Starting;
                _over = new ManualResetEvent(false);
                WaitHandle over = _over;
                _thread = new Thread(() => Run(over)) { IsBackground = true, Name = "npc-engine server" };
                _thread.Start();
            }
        }

        /// <summary>End it: it answers what it has acknowledged, and then goes by itself.</summary>
        public void Dispose()
        {
            lock (_gate)
            {
                _state = ServerState.Off;
                _address = "";
                _over?.Set();
            }
            lock (Open)
            {
                Open.Remove(this);
            }
        }

        private void Run(WaitHandle over)
        {
            int ends = 0;
            double pause = _settings.FirstPause;
            while (!over.WaitOne(0))
            {
                double steady;
                int code = Live(over, out steady);
                if (over.WaitOne(0))
                {
                    break;
                }
                bool lacksEngine = steady < 0 && code != Refused && _commands.Count > 1;
                if (lacksEngine && _command + 1 < _commands.Count)
                {
                    _command++; // no such Python, or one without the engine
                    continue;
                }
                if (steady > _settings.Steady)
                {
                    ends = 0;
                    pause = _settings.FirstPause;
                }
                ends++;
                string last = _log.LastLine;
                if (code == Refused && ends > 2 && _memory < ServerSettings.Memories
                    && last.Contains(Path.GetFileName(_settings.MemoryFile(_memory))))
                {
                    _memory++; // another copy of the game has it; one that had just ended would have let go by now
                }
                if (!Tell(lacksEngine ? NoneHasIt() : Why(code, last), ends < _settings.Tries))
                {
                    break;
                }
                over.WaitOne(TimeSpan.FromSeconds(pause));
                pause = Math.Min(2 * pause, _settings.LongestPause);
            }
            _log.Close();
        }

        private string Why(int code, string last)
        {
            if (_hung)
            {
                return "The server did not answer for " + Math.Ceiling(_settings.Silent) + " seconds, and was ended.";
            }
            string why = code == NotStarted ? "The server cannot be started" : "The server ended with status " + code;
            return why + (last.Length == 0 ? "." : ": " + (last.StartsWith("error: ") ? last.Substring(7) : last));
        }

        private string NoneHasIt()
        {
            _command = 0;
            string tried = string.Join(", ", _commands.ConvertAll(command => command[0]));
            return "None of " + tried + " has the engine: pip install npc-engine, or name another Python.";
        }

        /// <summary>Say why it ended; whether it is started again.</summary>
        private bool Tell(string why, bool again)
        {
            lock (_gate)
            {
                if (!again)
                {
                    GiveUp(why, "What it printed is in " + _settings.LogFile + ".");
                }
                else
                {
                    Become(ServerState.Waiting);
                    Fail(why, "It is started again; what it printed is in " + _settings.LogFile + ".");
                }
            }
            return again;
        }

        /// <summary>From its start to its end, or the game's wish that it ends.</summary>
        /// <param name="steady">Seconds that it was ready; -1 where it never was.</param>
        /// <returns>Its exit status.</returns>
        private int Live(WaitHandle over, out double steady)
        {
            steady = -1;
            _hung = false;
            _log.Begin();
            lock (_gate)
            {
                Become(ServerState.Starting);
            }
            IServerChild process = Begin();
            if (process == null)
            {
                return NotStarted;
            }
            using (process)
            {
                lock (_gate)
                {
                    _id = process.Id;
                }
                double began = _clock.Elapsed.TotalSeconds;
                bool isReady = false;
                while (!process.WaitForExit(LookMs))
                {
                    if (over.WaitOne(0))
                    {
                        return LetGo(process);
                    }
                    double now = _clock.Elapsed.TotalSeconds;
                    if (!isReady && LooksReady())
                    {
                        isReady = true;
                        began = now;
                    }
                    else if (!isReady && now - began > _settings.ReadyWithin)
                    {
                        process.Kill();
                    }
                    else if (isReady && IsSilent())
                    {
                        _hung = true;
                        process.Kill();
                    }
                    steady = isReady ? now - began : -1;
                    if (_settings.Native)
                    {
                        _log.Trim();
                    }
                }
                int code = process.ExitCode;
                if (_settings.Native)
                {
                    _log.TakeBack();
                }
                return code;
            }
        }

        private bool IsSilent()
        {
            lock (_gate)
            {
                return _silentFor > _settings.Silent;
            }
        }

        private IServerChild Begin()
        {
            string program = _commands[_command][0];
            try
            {
                Directory.CreateDirectory(_settings.Data);
                File.Delete(_settings.ReadyFile); // of another game that had our number, and was killed
                IList<string> words = _settings.Arguments(_commands[_command], _memory);
                if (!_settings.Native)
                {
                    try
                    {
                        return new ManagedChild(program, words, _settings.Token, _log);
                    }
                    catch (NotSupportedException)
                    {
                        _settings.Native = true;
                    }
                }
                _log.Lend();
                return new NativeChild(program, words, _settings.Token, _settings.LogFile);
            }
            catch (Exception fault) when (fault is Win32Exception || fault is IOException || fault is UnauthorizedAccessException)
            {
                _log.Add(program + ": " + fault.Message, true);
                return null;
            }
        }

        private bool LooksReady()
        {
            try
            {
                string told = File.Exists(_settings.ReadyFile) ? File.ReadAllText(_settings.ReadyFile).Trim() : "";
                if (told.Length > 0)
                {
                    lock (_gate)
                    {
                        if (_state == ServerState.Starting)
                        {
                            _address = told;
                            _trouble = "";
                            _silentFor = 0;
                            _state = ServerState.Ready;
                        }
                    }
                }
                return told.Length > 0;
            }
            catch (IOException) // it is being written
            {
                return false;
            }
        }

        /// <summary>The end of its standard input ends it; one that does not listen is killed.</summary>
        private static int LetGo(IServerChild process)
        {
            process.CloseInput();
            if (!process.WaitForExit(GoodbyeMs))
            {
                process.Kill();
            }
            return 0;
        }

        private void GiveUp(string why, string fix)
        {
            Become(ServerState.Failed);
            Fail(why, fix);
        }

        private void Fail(string why, string fix)
        {
            _trouble = why;
            _faults.Enqueue(why + " " + fix);
        }

        private void Become(ServerState state)
        {
            if (_over == null || !_over.WaitOne(0))
            {
                _state = state;
            }
            _address = "";
            _id = 0;
        }
    }
}
