using System;
using System.IO;
using System.Text;

namespace NpcEngine
{
    /// <summary>What a server printed: its last words, and a file of bounded size. Thread-safe; a full disk is no fault.</summary>
    public sealed class ServerLog
    {
        /// <summary>Bytes of the file; as many are kept of the time before, beside it as `.1`.</summary>
        public const int MostBytes = 1 << 18;

        private const int LastBytes = 2000;
        private readonly object _gate = new object();
        private readonly string _path;
        private readonly StringBuilder _last = new StringBuilder();
        private FileStream _file;

        public ServerLog(string path)
        {
            _path = path;
        }

        /// <summary>The last line about what goes wrong.</summary>
        public string LastLine
        {
            get
            {
                lock (_gate)
                {
                    string text = _last.ToString().TrimEnd();
                    return text.Substring(text.LastIndexOf('\n') + 1);
                }
            }
        }

        /// <summary>Another process begins.</summary>
        public void Begin()
        {
            lock (_gate)
            {
                _last.Length = 0;
            }
        }

        /// <param name="wrong">Whether it tells what goes wrong: it was printed on standard error.</param>
        public void Add(string line, bool wrong)
        {
            lock (_gate)
            {
                if (wrong)
                {
                    _last.Append(line).Append('\n');
                    _last.Remove(0, Math.Max(0, _last.Length - LastBytes));
                }
                try
                {
                    byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
                    Open();
                    _file.Write(bytes, 0, bytes.Length);
                    _file.Flush();
                }
                catch (IOException)
                {
                }
                catch (UnauthorizedAccessException)
                {
                }
            }
        }

        /// <summary>A process writes into the file itself from now on.</summary>
        public void Lend()
        {
            lock (_gate)
            {
                Open();
                Close();
            }
        }

        /// <summary>Keep a file small into which a process writes, always at its end.</summary>
        public void Trim()
        {
            try
            {
                if (new FileInfo(_path).Length > MostBytes)
                {
                    using (var file = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
                    {
                        var kept = new byte[MostBytes];
                        file.Seek(-MostBytes, SeekOrigin.End);
                        int count = file.Read(kept, 0, MostBytes);
                        file.SetLength(0);
                        Array.Resize(ref kept, count);
                        File.WriteAllBytes(_path + ".1", kept);
                    }
                }
            }
            catch (IOException)
            {
            }
            catch (UnauthorizedAccessException)
            {
            }
        }

        /// <summary>The process has ended: what it wrote last is the last line.</summary>
        public void TakeBack()
        {
            try
            {
                string[] lines = File.ReadAllText(_path).TrimEnd().Split('\n');
                string last = lines[lines.Length - 1].TrimEnd();
                lock (_gate)
                {
                    _last.Append(last.StartsWith("ready: ") ? "" : last);
                }
            }
            catch (IOException)
            {
            }
            Trim();
        }

        public void Close()
        {
            lock (_gate)
            {
                _file?.Dispose();
                _file = null;
            }
        }

        private void Open()
        {
            if (_file != null && _file.Length < MostBytes)
            {
                return;
            }
            Close();
            string before = _path + ".1";
            if (File.Exists(_path))
            {
                File.Delete(before);
                File.Move(_path, before);
            }
            _file = new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        }
    }
}
