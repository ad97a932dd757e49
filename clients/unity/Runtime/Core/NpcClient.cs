using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading;

namespace NpcEngine
{
    /// <summary>How things stand between a client and its server.</summary>
    public enum ConnectionState
    {
        /// <summary>Nobody answers; the client looks for the server for ever.</summary>
        Away,

        /// <summary>A connection stands, the server has not welcomed us yet.</summary>
        Greeting,

        Connected,

        /// <summary>The server does not want us: <see cref="NpcClient.Refusal"/> says why. It is asked again.</summary>
        Refused,

        Closed,
    }

    /// <summary>
    /// A connection to a server. No call blocks, all are thread-safe; two background threads do the waiting. Frames
    /// may get lost, the newest counts. Utterances are repeated until they are decided, and each is decided once for
    /// each NPC, also when the server is restarted in between.
    /// </summary>
    public sealed class NpcClient : IDisposable
    {
        private const int TickMs = 50; // how late a ping or a repetition may be
        private const int FirstPauseMs = 100;
        private const int LongestPauseMs = 1000;
        private const int GoodbyeMs = 200;
        private static readonly List<NpcClient> Open = new List<NpcClient>();

        private readonly object _gate = new object();
        private readonly Session _session;
        private readonly Endpoint _endpoint;
        private readonly string _user;
        private readonly string _password;
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly Thread _reader;
        private readonly Thread _writer;
        private ZmtpLink _link;
        private Socket _socket;
        private volatile bool _closed;
        private string _fault = "";

        /// <summary>Starts to look for the server at once and returns.</summary>
        /// <param name="endpoint">`tcp://HOST:PORT`.</param>
        /// <param name="name">Of the game, for the server's log.</param>
        /// <param name="token">What the server was started with, if it was.</param>
        /// <param name="user">With a password: ZMTP's PLAIN mechanism, for a proxy that asks for it.</param>
        /// <exception cref="ProtocolException">`endpoint`.</exception>
        public NpcClient(string endpoint = Endpoint.Usual, string name = "game", string token = null,
                         string user = null, string password = null)
        {
            _endpoint = new Endpoint(endpoint);
            _session = new Session(name, token);
            _user = user;
            _password = password;
            _reader = new Thread(Read) { IsBackground = true, Name = "npc-engine reader" };
            _writer = new Thread(Write) { IsBackground = true, Name = "npc-engine writer" };
            lock (Open)
            {
                Open.Add(this);
            }
            _reader.Start();
            _writer.Start();
        }

        /// <summary>Close every client of this process: before an editor reloads its scripts, for one.</summary>
        public static void CloseAll()
        {
            NpcClient[] open;
            lock (Open)
            {
                open = Open.ToArray();
            }
            foreach (NpcClient client in open)
            {
                client.Dispose();
            }
        }

        // -- what a game asks -----------------------------------------------------------------------------

        public ConnectionState State
        {
            get
            {
                lock (_gate)
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
            get { lock (_gate) { return _session.Refusal != null ? _session.Refusal.ToString() : _fault; } }
        }

        /// <summary>Why the server does not want us, or null.</summary>
        public Error Refusal
        {
            get { lock (_gate) { return _session.Refusal; } }
        }

        /// <summary>What the server said of itself last; null until it did.</summary>
        public Welcome Welcome
        {
            get { lock (_gate) { return _session.Welcome; } }
        }

        /// <summary>The server's counters of this session, as of the last pong.</summary>
        public IDictionary<string, object> Counters
        {
            get { lock (_gate) { return _session.Counters; } }
        }

        /// <summary>Utterances that are not decided yet.</summary>
        public int Pending
        {
            get { lock (_gate) { return _session.Pending; } }
        }

        /// <summary>Frames that gave way to newer ones, and decisions that the game did not take in time.</summary>
        public long Dropped
        {
            get { lock (_gate) { return _session.Superseded + _session.Inbox.Dropped; } }
        }

        public string Address
        {
            get { return _endpoint.ToString(); }
        }

        /// <summary>The NPC's name on its card while it stands; null before, and where the server refused it.</summary>
        public string NameOf(string npc)
        {
            lock (_gate) { return _session.NameOf(npc); }
        }

        // -- what a game does -----------------------------------------------------------------------------

        /// <summary>Bring an NPC to life, now or when the server comes.</summary>
        /// <param name="persona">Name of a card that the server knows (string), or a whole card (map).</param>
        /// <param name="watch">Phrases to look out for in every frame, beside those on the card.</param>
        /// <exception cref="ProtocolException">What the server would refuse. What only it can know comes as an error.</exception>
        public void Spawn(string npc, object persona, params string[] watch)
        {
            lock (_gate)
            {
                _session.Spawn(npc, persona, watch);
                Monitor.PulseAll(_gate);
            }
        }

        /// <summary>Let an NPC go, with all that it was told and has not decided.</summary>
        public void Despawn(string npc)
        {
            lock (_gate)
            {
                _session.Despawn(npc);
                Monitor.PulseAll(_gate);
            }
        }

        /// <summary>Show what the player sees to those of the NPCs that stand.</summary>
        /// <returns>The number that comes back as <see cref="Decision.Seq"/>; 0 where nobody can see it now.</returns>
        /// <exception cref="ProtocolException">What the server would refuse.</exception>
        public long Show(string[] npcs, Frame frame, IDictionary<string, object> state = null,
                         double? capturedAt = null, bool inspect = false)
        {
            lock (_gate)
            {
                long seq = _session.Show(npcs, frame, state, capturedAt, inspect);
                Monitor.PulseAll(_gate);
                return seq;
            }
        }

        /// <summary>Say something to NPCs, with what the player sees (or null). Each answers once.</summary>
        /// <param name="frame">Kept until then, and never released: give it pixels of its own.</param>
        /// <returns>The id that comes back as <see cref="Decision.UtteranceId"/>.</returns>
        /// <exception cref="ProtocolException">What the server would refuse; `busy` where 64 answers are owed.</exception>
        public string Say(string[] npcs, string text, Frame frame = null, string speaker = "player",
                          IDictionary<string, object> state = null, double? capturedAt = null, bool inspect = false)
        {
            lock (_gate)
            {
                string id = _session.Say(npcs, text, speaker, frame, state, capturedAt, inspect);
                Monitor.PulseAll(_gate);
                return id;
            }
        }

        /// <summary>The oldest decision that came, or null. Call it until it is null, once a frame.</summary>
        public Decision TakeDecision(int waitMs = 0)
        {
            lock (_gate)
            {
                Decision decision = _session.Inbox.TakeDecision();
                for (long end = _clock.ElapsedMilliseconds + waitMs; decision == null; decision = _session.Inbox.TakeDecision())
                {
                    long left = end - _clock.ElapsedMilliseconds;
                    if (left <= 0 || _closed)
                    {
                        return null;
                    }
                    Monitor.Wait(_gate, (int)left);
                }
                return decision;
            }
        }

        /// <summary>The oldest error that came, or null.</summary>
        public Error TakeError()
        {
            lock (_gate) { return _session.Inbox.TakeError(); }
        }

        /// <summary>End the session; the server forgets its NPCs. Takes a fifth of a second at most.</summary>
        public void Dispose()
        {
            Message goodbye;
            ZmtpLink link;
            lock (_gate)
            {
                if (_closed)
                {
                    return;
                }
                goodbye = _session.Leave();
                link = _link;
                _closed = true;
                Monitor.PulseAll(_gate);
            }
            bool idle = _writer.Join(GoodbyeMs); // else it is stuck in a send, and a goodbye would be too
            if (idle && goodbye != null && link != null)
            {
                TrySend(link, goodbye);
            }
            lock (_gate)
            {
                if (_socket != null)
                {
                    ZmtpLink.Close(_socket); // unblocks the reader, and a writer that is stuck
                }
            }
            _reader.Join(GoodbyeMs);
            lock (Open)
            {
                Open.Remove(this);
            }
        }

        // -- background threads -----------------------------------------------------------------------------

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
                Pause(pause);
                pause = Math.Min(2 * pause, LongestPauseMs);
            }
        }

        private void ReadConnection(ref int pause)
        {
            Socket socket = _endpoint.Connect();
            lock (_gate)
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
            lock (_gate)
            {
                _link = link;
                _session.Connected(Now);
                Monitor.PulseAll(_gate);
            }
            while (true)
            {
                Take(link.Receive());
            }
        }

        private void Take(byte[][] parts)
        {
            lock (_gate)
            {
                try
                {
                    _session.Take(parts, Now);
                }
                catch (ProtocolException error)
                {
                    _session.Inbox.Add(new Error(error.Code, "The server sent this: " + error.Message, error.Fix));
                }
                Monitor.PulseAll(_gate);
            }
        }

        private void Lost(Exception error)
        {
            lock (_gate)
            {
                _fault = error.Message;
                _link?.Close();
                _link = null;
                _session.Disconnected();
                Monitor.PulseAll(_gate);
            }
        }

        private void Pause(int milliseconds)
        {
            lock (_gate)
            {
                for (long end = _clock.ElapsedMilliseconds + milliseconds; !_closed;)
                {
                    long left = end - _clock.ElapsedMilliseconds;
                    if (left <= 0)
                    {
                        return;
                    }
                    Monitor.Wait(_gate, (int)left);
                }
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
            lock (_gate)
            {
                Message message = null;
                while (!_closed && (message = _session.Next(Now)) == null)
                {
                    Monitor.Wait(_gate, TickMs);
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
