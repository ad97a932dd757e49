using System;
using System.Collections.Generic;
using System.Threading;

namespace NpcEngine
{
    /// <summary>
    /// A connection to a server. No call blocks, all are thread-safe; two background threads do the waiting. Frames
    /// may get lost, the newest counts. Utterances are repeated until they are decided, and each is decided once for
    /// each NPC, also when the server is restarted in between.
    /// </summary>
    public sealed class NpcClient : IDisposable
    {
        private static readonly List<NpcClient> Open = new List<NpcClient>();

        private readonly Session _session;
        private readonly Messenger _messenger;
        private readonly object _gate;
        private volatile string _address = "";

        /// <summary>Starts to look for the server at once and returns.</summary>
        /// <param name="endpoint">`tcp://HOST:PORT`; null where only <see cref="MoveTo"/> will tell.</param>
        /// <param name="name">Of the game, for the server's log.</param>
        /// <param name="token">What the server was started with, if it was.</param>
        /// <param name="user">With a password: ZMTP's PLAIN mechanism, for a proxy that asks for it.</param>
        /// <exception cref="ProtocolException">`endpoint`.</exception>
        public NpcClient(string endpoint = Endpoint.Usual, string name = "game", string token = null,
                         string user = null, string password = null)
        {
            Endpoint place = endpoint == null ? null : new Endpoint(endpoint);
            _address = place == null ? "" : place.ToString();
            _session = new Session(name, token);
            _messenger = new Messenger(_session, place, user, password);
            _gate = _messenger.Gate;
            lock (Open)
            {
                Open.Add(this);
            }
            _messenger.Start();
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
            get { return _messenger.State; }
        }

        /// <summary>Why there was no connection the last time that there was none; for people.</summary>
        public string Fault
        {
            get { return _messenger.Fault; }
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

        /// <summary>
        /// Seconds on the game's clock: what is shown or said without `capturedAt` happens then. Set it once a frame; the
        /// components do. Every call with a `capturedAt` sets it too, so that a client never has two clocks.
        /// </summary>
        public double? GameTime
        {
            get { lock (_gate) { return _session.GameTime; } }
            set { lock (_gate) { _session.GameTime = value; } }
        }

        public string Address
        {
            get { return _address; }
        }

        /// <summary>
        /// The server is there from now on, as one that was started anew on another port: NPCs and what is not answered yet go
        /// along.
        /// </summary>
        /// <exception cref="ProtocolException">`endpoint`.</exception>
        public void MoveTo(string endpoint)
        {
            var place = new Endpoint(endpoint);
            _address = place.ToString();
            _messenger.MoveTo(place);
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

        /// <summary>
        /// Show what a phrase looks like in this game, so that it is found without any learning: one to eight pictures,
        /// best cut out (with transparency), in the place of what was shown before; none: forget it. It holds for all NPCs,
        /// and again whenever the server comes back. A server that takes no pictures does without.
        /// </summary>
        /// <exception cref="ProtocolException">What the server would refuse.</exception>
        public void Look(string phrase, params Frame[] pictures)
        {
            lock (_gate)
            {
                _session.Look(phrase, pictures);
                Monitor.PulseAll(_gate);
            }
        }

        /// <summary>Show what the player sees to those of the NPCs that stand.</summary>
        /// <returns>The number that comes back as <see cref="Decision.Seq"/>; 0 where nobody can see it now.</returns>
        /// <exception cref="ProtocolException">What the server would refuse; `unknown_npc` for one that was never spawned.</exception>
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
        /// <param name="waitMs">Milliseconds to wait for one; nothing else here waits.</param>
        public Decision TakeDecision(int waitMs = 0)
        {
            lock (_gate)
            {
                Decision decision = null;
                _messenger.WaitUntil(() => (decision = _session.Inbox.TakeDecision()) != null, waitMs);
                return decision;
            }
        }

        /// <summary>The oldest event that came, or null: what the server tells unasked.</summary>
        public Notice TakeEvent()
        {
            lock (_gate) { return _session.Inbox.TakeEvent(); }
        }

        /// <summary>A voice process was connected to the server a moment ago: it hears, and speaks lines aloud.</summary>
        public bool HasVoice
        {
            get { lock (_gate) { return _session.HasVoice; } }
        }

        /// <summary>Listen to a microphone: <see cref="Put"/> sound into what this returns, and <see cref="Release"/> it.</summary>
        /// <param name="npcs">Who is spoken to.</param>
        /// <param name="rate">Samples a second, 8000 to 48000.</param>
        /// <param name="open">An open microphone, of which each line is told when it is complete; else push to talk.</param>
        /// <param name="says">Lines are said by themselves, without a picture; else the game takes and says them.</param>
        /// <exception cref="ProtocolException">`no_voice` where the server is away or older than voices, `unknown_npc`, `field`.</exception>
        public Hearing Listen(string[] npcs, int rate = 16000, bool open = false, string speaker = "player", bool says = true)
        {
            lock (_gate) { return _session.Listen(npcs, rate, open, speaker, says); }
        }

        /// <summary>Send what came from a microphone: mono, 16 bit (<see cref="Pcm.From"/>), in pieces of 20 to 100 ms.</summary>
        /// <param name="capturedAt">Seconds on the game's clock, of the first sample.</param>
        public void Put(Hearing hearing, byte[] pcm, double? capturedAt = null)
        {
            lock (_gate)
            {
                _session.Put(hearing, pcm, capturedAt);
                Monitor.PulseAll(_gate);
            }
        }

        /// <summary>The button is released, the microphone closed: the line comes, or an empty one where nothing was said.</summary>
        public void Release(Hearing hearing)
        {
            lock (_gate)
            {
                _session.Release(hearing);
                Monitor.PulseAll(_gate);
            }
        }

        /// <summary>Forget what was said.</summary>
        public void Drop(Hearing hearing)
        {
            lock (_gate)
            {
                _session.Drop(hearing);
                Monitor.PulseAll(_gate);
            }
        }

        /// <summary>What was heard, oldest first: words so far, and lines (`Final`); null where there is nothing.</summary>
        public Heard TakeHeard()
        {
            lock (_gate) { return _session.TakeHeard(); }
        }

        /// <summary>Say a line that was heard, with what the player sees (or null); see <see cref="Listen"/>.</summary>
        /// <exception cref="ProtocolException">What the server would refuse.</exception>
        public string Say(Heard heard, string[] npcs, Frame frame = null, string speaker = "player",
                          IDictionary<string, object> state = null, double? capturedAt = null, bool inspect = false)
        {
            lock (_gate)
            {
                string id = _session.Say(heard, npcs, frame, speaker, state, capturedAt, inspect);
                Monitor.PulseAll(_gate);
                return id;
            }
        }

        /// <summary>Have an NPC say a line aloud, such as a decision's; what it was saying ends.</summary>
        /// <returns>The id of the speech; null where no voice process is connected.</returns>
        /// <exception cref="ProtocolException">What the server would refuse.</exception>
        public string Speak(string npc, string text, string emotion = "", string lineId = "")
        {
            lock (_gate)
            {
                string id = _session.Speak(npc, text, emotion, lineId);
                Monitor.PulseAll(_gate);
                return id;
            }
        }

        /// <summary>Let NPCs fall silent; all of them where none are named.</summary>
        public void Hush(params string[] npcs)
        {
            lock (_gate)
            {
                _session.Hush(npcs);
                Monitor.PulseAll(_gate);
            }
        }

        /// <summary>
        /// The oldest <see cref="Sound"/>, each speech's in order, or <see cref="NpcEngine.Hush"/> where one is to be heard no
        /// more; null where there is nothing. NPCs fall silent when they are spoken to, say something else, or leave.
        /// </summary>
        public Message TakeSound()
        {
            lock (_gate) { return _session.TakeSound(); }
        }

        /// <summary>The oldest error that came, or null.</summary>
        public Error TakeError()
        {
            lock (_gate) { return _session.Inbox.TakeError(); }
        }

        /// <summary>End the session; the server forgets its NPCs. Takes less than half a second.</summary>
        public void Dispose()
        {
            _messenger.Close();
            lock (Open)
            {
                Open.Remove(this);
            }
        }
    }
}
