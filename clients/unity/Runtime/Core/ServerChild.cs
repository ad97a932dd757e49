using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;

namespace NpcEngine
{
    /// <summary>A server's process, to whoever looks after it.</summary>
    internal interface IServerChild : IDisposable
    {
        int Id { get; }

        int ExitCode { get; }

        /// <summary>Whether it ended within that time.</summary>
        bool WaitForExit(int milliseconds);

        /// <summary>The end of its standard input ends the server.</summary>
        void CloseInput();

        void Kill();
    }

    /// <summary>By .NET's own class, which builds with IL2CPP lack.</summary>
    internal sealed class ManagedChild : IServerChild
    {
        private readonly Process _process;

        /// <exception cref="Win32Exception">It cannot be started.</exception>
        /// <exception cref="NotSupportedException">There is no such class.</exception>
        public ManagedChild(string program, IList<string> words, string token, ServerLog log)
        {
            var start = new ProcessStartInfo(program, ServerSettings.Line(words))
            {
                UseShellExecute = false, CreateNoWindow = true, RedirectStandardInput = true,
                RedirectStandardOutput = true, RedirectStandardError = true,
            };
            if (token != null)
            {
                start.EnvironmentVariables[ServerSettings.TokenVariable] = token;
            }
            _process = new Process { StartInfo = start };
            _process.OutputDataReceived += (_, line) => Hear(log, line.Data, false);
            _process.ErrorDataReceived += (_, line) => Hear(log, line.Data, true);
            _process.Start();
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        public int Id
        {
            get { return _process.Id; }
        }

        public int ExitCode
        {
            get
            {
                _process.WaitForExit(); // for what it said last
                return _process.ExitCode;
            }
        }

        public bool WaitForExit(int milliseconds)
        {
            return _process.WaitForExit(milliseconds);
        }

        public void CloseInput()
        {
            try
            {
                _process.StandardInput.Close();
            }
            catch (IOException)
            {
            }
        }

        public void Kill()
        {
            try
            {
                _process.Kill();
            }
            catch (InvalidOperationException) // it has just ended
            {
            }
            catch (Win32Exception)
            {
            }
        }

        public void Dispose()
        {
            _process.Dispose();
        }

        private static void Hear(ServerLog log, string line, bool wrong)
        {
            if (line != null) // the end
            {
                log.Add(line, wrong);
            }
        }
    }
}
