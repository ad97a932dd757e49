using System;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading;

namespace NpcEngine
{
    /// <summary>
    /// Keeps a session in touch with its server: one thread connects and reads, the other writes, and neither makes the
    /// game wait. Everybody holds <see cref="Gate"/> while touching the session, and pulses it after a change.
    /// </summary>
    internal sealed class Messenger
    {
        private const int TickMs = 50; // how late a ping or a repetition may be
        private const int FirstPauseMs = 100;
        private const int LongestPauseMs = 1000;
        private const int GoodbyeMs = 200;

        public readonly object Gate = new object();
        private readonly Session _session;
        private readonly string _user;
        private readonly string _password;
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly Thread _reader;
        private readonly Thread _writer;
        private ZmtpLink _link;
        private Socket _socket;
        private Endpoint _endpoint;
        private bool _moved;
        private volatile bool _closed;
        private string _fault = "";

        /// <param name="endpoint">null: it waits for <see cref="MoveTo"/>.</param>
        public Messenger(Session session, Endpoint endpoint, string user, string password)
        {
            _session = session;
            _endpoint = endpoint;
            _user = user;
            _password = password;
            _reader = new Thread(Read) { IsBackground = true, Name = "npc-engine reader" };
            _writer = new Thread(Write) { IsBackground = true, Name = "npc-engine writer" };
        }

        public ConnectionState State
        {
            get
            {
                lock (Gate)
                {
                    return _closed ? ConnectionState.Closed
                        : _session.Greeted ? ConnectionState.Connected
                        : _link == null ? ConnectionState.Away
                        : _session.Refusal != null ? ConnectionState.Refused
                        : ConnectionState.Greeting;
                }
            }
        }

        /// <summary>Why there was no connection the last time that there was none; for people.</summary>
        public string Fault
        {
            get { lock (Gate) { return _session.Refusal != null ? _session.Refusal.ToString() : _fault; } }
        }

        public void Start()
        {
            _reader.Start();
            _writer.Start();
        }

        /// <summary>The server is somewhere else from now on. The session goes on there.</summary>
        public void MoveTo(Endpoint endpoint)
        {
            lock (Gate)
            {
                _endpoint = endpoint;
                _moved = true;
                if (_socket != null)
                {
                    ZmtpLink.Close(_socket); // the reader notices
                }
                Monitor.PulseAll(Gate);
            }
        }

        /// <summary>Wait, with the gate held, until something holds, time is over or this is closed.</summary>
        public void WaitUntil(Func<bool> holds, int milliseconds)
        {
            long end = _clock.ElapsedMilliseconds + milliseconds;
            while (!holds() && !_closed)
            {
                long left = end - _clock.ElapsedMilliseconds;
                if (left <= 0)
                {
                    return;
                }
                Monitor.Wait(Gate, (int)left);
            }
        }

        /// <summary>Say goodbye and end both threads.</summary>
        public void Close()
        {
            Message goodbye;
            ZmtpLink link;
            lock (Gate)
            {
                if (_closed)
                {
                    return;
                }
                goodbye = _session.Leave();
                link = _link;
                _closed = true;
                Monitor.PulseAll(Gate);
            }
            bool idle = _writer.Join(GoodbyeMs); // else it is stuck in a send, and a goodbye would be too
            if (idle && goodbye != null && link != null)
            {
                TrySend(link, goodbye);
            }
            lock (Gate)
            {
                if (_socket != null)
                {
                    ZmtpLink.Close(_socket); // unblocks the reader, and a writer that is stuck
                }
            }
            _reader.Join(GoodbyeMs);
        }

        /// <summary>Connect, read until the connection breaks, wait a little, and again.</summary>
        private void Read()
        {
            int pause = FirstPauseMs;
            while (!_closed)
            {
                try
                {
                    ReadConnection(ref pause);
                }
                catch (Exception error) // whatever it is: a thread that dies takes the game with it
                {
                    Lost(error);
                }
                lock (Gate)
                {
                    WaitUntil(() => _moved, pause);
                    pause = _moved ? FirstPauseMs : Math.Min(2 * pause, LongestPauseMs);
                }
            }
        }

        private void ReadConnection(ref int pause)
        {
            Endpoint endpoint;
            lock (Gate)
            {
                WaitUntil(() => _endpoint != null, int.MaxValue);
                _moved = false;
                endpoint = _endpoint;
                if (_closed)
                {
                    return;
                }
            }
            Socket socket = endpoint.Connect();
            lock (Gate)
            {
                _socket = socket;
                if (_closed)
                {
                    ZmtpLink.Close(socket);
                    return;
                }
            }
            ZmtpLink link = ZmtpLink.Open(socket, new ZmtpPeer(_user, _password));
            pause = FirstPauseMs;
            lock (Gate)
            {
                _link = link;
                _session.Connected(Now);
                Monitor.PulseAll(Gate);
            }
            while (true)
            {
                Take(link.Receive());
            }
        }

        private void Take(byte[][] parts)
        {
            lock (Gate)
            {
                _session.Take(parts, Now);
                Monitor.PulseAll(Gate);
            }
        }

        private void Lost(Exception error)
        {
            lock (Gate)
            {
                _fault = error.Message;
                _link?.Close();
                _link = null;
                _session.Disconnected();
                Monitor.PulseAll(Gate);
            }
        }

        /// <summary>Send what is due, one message at a time; the game never waits for it.</summary>
        private void Write()
        {
            ZmtpLink link;
            Message message;
            while ((message = Await(out link)) != null)
            {
                TrySend(link, message);
            }
        }

        /// <summary>The next message and where it goes; null when the client is closed.</summary>
        private Message Await(out ZmtpLink link)
        {
            lock (Gate)
            {
                Message message = null;
                while (!_closed && (message = _session.Next(Now)) == null)
                {
                    Monitor.Wait(Gate, TickMs);
                }
                link = _link;
                return message;
            }
        }

        private static void TrySend(ZmtpLink link, Message message)
        {
            try
            {
                link.Send(Codec.Encode(message));
            }
            catch (Exception error) when (IsBroken(error))
            {
                link.Close(); // the reader notices and connects again
            }
            var observe = message as Observe;
            if (observe != null && observe.Utterance == null)
            {
                observe.Frame?.Release();
            }
        }

        private double Now
        {
            get { return _clock.Elapsed.TotalSeconds; }
        }

        private static bool IsBroken(Exception error)
        {
            return error is SocketException || error is ObjectDisposedException || error is ZmtpException;
        }
    }
}
