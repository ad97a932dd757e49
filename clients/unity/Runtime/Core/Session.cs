using System;
using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>
    /// What a client knows and owes: its NPCs, the newest frame for each view, the utterances that are not decided
    /// yet, and what came back. No I/O and no clock of its own; times are seconds on any monotonic clock.
    /// Not thread-safe.
    /// </summary>
    public sealed class Session
    {
        private readonly Hello _hello;
        private readonly Func<string> _newId;
        private readonly Inbox _inbox;
        private readonly Utterances _utterances = new Utterances();
        private readonly NewestFrames _frames = new NewestFrames();
        private readonly Roster _roster = new Roster();
        private readonly Sounds _sounds = new Sounds();
        private bool _linked;
        private double _heardAt;
        private double _helloAt; // when to say it (again)
        private double _pingedAt = double.NegativeInfinity;
        private double? _gameTime;
        private long _seq;
        private long _pings;

        /// <param name="capacity">Decisions and errors that may wait for the game.</param>
        /// <param name="newId">Of the session, and of each utterance: never the same twice, and not to be guessed.</param>
        /// <exception cref="ProtocolException">The name or the token is none.</exception>
        public Session(string client, string token = null, int capacity = 1024, Func<string> newId = null)
        {
            _newId = newId ?? (() => Guid.NewGuid().ToString("N"));
            _hello = new Hello(client, _newId(), capabilities: new[] { "events", "inspect" }, token: token);
            Codec.DecodeClient(Codec.Encode(_hello), Limits.Default);
            _inbox = new Inbox(capacity);
            Limits = Limits.Default;
            Counters = new Dictionary<string, object>();
        }

        /// <summary>The server has welcomed us on the connection that stands.</summary>
        public bool Greeted { get; private set; }

        /// <summary>Why the server does not want us, or null.</summary>
        public Error Refusal { get; private set; }

        /// <summary>What the server said of itself last, or null.</summary>
        public Welcome Welcome { get; private set; }

        public Limits Limits { get; private set; }

        /// <summary>The server's counters of this session, as of the last pong.</summary>
        public IDictionary<string, object> Counters { get; private set; }

        public Inbox Inbox
        {
            get { return _inbox; }
        }

        /// <summary>Utterances that are not decided yet.</summary>
        public int Pending
        {
            get { return _utterances.Count; }
        }

        /// <summary>Frames that gave way to newer ones before they were sent.</summary>
        public long Superseded
        {
            get { return _frames.Superseded; }
        }

        /// <summary>
        /// Seconds on the game's clock. What is shown or said without a time of its own happens at this one: the last that
        /// was set here or came with another call, so that one client never has two clocks.
        /// </summary>
        public double? GameTime
        {
            get { return _gameTime; }
            set { _gameTime = value ?? _gameTime; }
        }

        /// <summary>The NPC's name on its card while it stands; null before, and where the server refused it.</summary>
        public string NameOf(string npc)
        {
            return _roster.NameOf(npc);
        }

        public bool Knows(string npc)
        {
            return _roster.Has(npc);
        }

        // -- what the game asks for ---------------------------------------------------------------------

        /// <exception cref="ProtocolException">What the server would refuse.</exception>
        public void Spawn(string npc, object persona, string[] watch)
        {
            var spawn = new Spawn(npc, Copy(persona), watch);
            Check(spawn);
            _roster.Enter(spawn);
        }

        public void Despawn(string npc)
        {
            if (_roster.Leave(npc))
            {
                _utterances.Forget(npc);
                _sounds.Silence(npc);
            }
        }

        /// <summary>Show what a phrase looks like, in the place of what was shown before; no pictures: forget it.</summary>
        /// <exception cref="ProtocolException">What the server would refuse.</exception>
        public void Look(string phrase, Frame[] pictures)
        {
            var looks = new Look[pictures.Length];
            for (int i = 0; i < looks.Length; i++)
            {
                looks[i] = new Look(phrase, i, pictures[i]);
                Check(looks[i]);
            }
            Check(new Look(phrase));
            _roster.Show(phrase, looks, Greeted && TakesLooks);
        }

        private bool TakesLooks
        {
            get { return Welcome != null && Array.IndexOf(Welcome.Capabilities, "looks") >= 0; }
        }

        /// <summary>
        /// Show what the player sees (null: only tell the state) to those of the NPCs that stand; of the frames that
        /// wait for the same NPCs the newest is kept.
        /// </summary>
        /// <returns>The number that comes back as <see cref="Decision.Seq"/>; 0 where nobody can see it now.</returns>
        /// <exception cref="ProtocolException">What the server would refuse; `unknown_npc` for one that was never spawned.</exception>
        public long Show(string[] npcs, Frame frame, IDictionary<string, object> state, double? capturedAt, bool inspect)
        {
            string[] seers = Array.FindAll(Known(npcs), npc => Greeted && NameOf(npc) != null);
            if (seers.Length == 0)
            {
                return 0;
            }
            GameTime = capturedAt;
            var observe = new Observe(_seq + 1, seers, frame, null, (IDictionary<string, object>)Copy(state), GameTime, inspect);
            Check(observe);
            frame?.Hold();
            _frames.Put(observe);
            return ++_seq;
        }

        /// <summary>Say something to NPCs, with what the player sees (or null). It is repeated until all have decided.</summary>
        /// <param name="frame">Kept until then, and never released: give it pixels of its own.</param>
        /// <exception cref="ProtocolException">What the server would refuse, or `busy`.</exception>
        public string Say(string[] npcs, string text, string speaker, Frame frame, IDictionary<string, object> state,
                          double? capturedAt, bool inspect)
        {
            if (_utterances.Owed + _inbox.Answers + npcs.Length > Limits.Utterances)
            {
                throw new ProtocolException("busy", "Too many utterances wait for a decision.", "Say this again in a moment.");
            }
            return Say(new Utterance(_newId(), text, Known(npcs), speaker), frame, state, capturedAt, inspect);
        }

        private string Say(Utterance said, Frame frame, IDictionary<string, object> state, double? capturedAt, bool inspect)
        {
            GameTime = capturedAt;
            var observe = new Observe(_seq + 1, said.To, frame, said, (IDictionary<string, object>)Copy(state), GameTime, inspect);
            Check(observe);
            _seq++;
            _sounds.Silence(said.To);
            _utterances.Add(observe);
            return said.Id;
        }

        // -- what is heard, and spoken aloud --------------------------------------------------------------

        /// <summary>A voice process was connected to the server a moment ago.</summary>
        public bool HasVoice
        {
            get
            {
                object count;
                return Greeted && Counters.TryGetValue("voice", out count) && count is long && (long)count > 0;
            }
        }

        /// <summary>Begin to listen to a microphone.</summary>
        /// <exception cref="ProtocolException">`no_voice`, `unknown_npc` or `field`.</exception>
        public Hearing Listen(string[] npcs, int rate, bool open, string speaker, bool says)
        {
            Known(npcs);
            if (!Greeted || Array.IndexOf(Welcome.Capabilities, "voice") < 0)
            {
                string why = Greeted ? "The server is older than voices." : "The server is away.";
                throw new ProtocolException("no_voice", why, "Let the player type.");
            }
            var hearing = new Hearing(_newId(), npcs, rate, open, speaker, says);
            Check(new Hear(hearing.Id, 0, null, null, npcs, rate, open));
            _sounds.Begin(hearing);
            return hearing;
        }

        /// <exception cref="ProtocolException">`field`, for half a sample.</exception>
        public void Put(Hearing hearing, byte[] pcm, double? capturedAt)
        {
            _sounds.Put(hearing, pcm, capturedAt, Limits.Pcm);
        }

        public void Release(Hearing hearing)
        {
            _sounds.End(hearing);
        }

        public void Drop(Hearing hearing)
        {
            _sounds.Drop(hearing);
        }

        /// <summary>Let NPCs fall silent; all of them where none are named.</summary>
        public void Hush(params string[] npcs)
        {
            _sounds.Hush(npcs);
        }

        /// <summary>The oldest <see cref="Sound"/> or <see cref="NpcEngine.Hush"/>, or null.</summary>
        public Message TakeSound()
        {
            return _sounds.TakeSound();
        }

        /// <summary>What was heard, oldest first, or null.</summary>
        public Heard TakeHeard()
        {
            return _sounds.TakeHeard();
        }

        /// <summary>Have a line spoken; null where nobody is there to speak it.</summary>
        /// <exception cref="ProtocolException">What the server would refuse.</exception>
        public string Speak(string npc, string text, string emotion, string lineId)
        {
            Known(new[] { npc });
            if (!HasVoice || string.IsNullOrWhiteSpace(text))
            {
                return null;
            }
            var speak = new Speak(_newId(), npc, text.Length > Limits.Text ? text.Substring(0, Limits.Text) : text, emotion, lineId);
            Check(speak);
            _sounds.Speak(speak);
            return speak.Speech;
        }

        /// <summary>Say a line that was heard, under the id that stands, to those of the NPCs who are there.</summary>
        /// <exception cref="ProtocolException">What the server would refuse.</exception>
        public string Say(Heard heard, string[] npcs, Frame frame, string speaker, IDictionary<string, object> state,
                          double? capturedAt, bool inspect)
        {
            string[] listeners = Array.FindAll(npcs, Knows);
            if (listeners.Length == 0)
            {
                return null;
            }
            var spoken = new Spoken(heard.Confidence, heard.Began, heard.Ended, heard.Tone);
            return Say(new Utterance(heard.Utterance, heard.Text, listeners, speaker, spoken), frame, state, capturedAt, inspect);
        }

        private void Take(Heard heard)
        {
            Hearing hearing = _sounds.Of(heard.Hearing);
            if (!_sounds.Take(heard) || heard.Utterance == null)
            {
                return;
            }
            try
            {
                if (hearing.Says)
                {
                    Say(heard, hearing.To, null, hearing.Speaker, null, null, false);
                }
                _sounds.Told(heard.Utterance);
            }
            catch (ProtocolException error)
            {
                _inbox.Add(new Error(error.Code, error.Message, error.Fix));
            }
        }

        private string[] Known(string[] npcs)
        {
            foreach (string npc in npcs)
            {
                if (!Knows(npc))
                {
                    throw new ProtocolException("unknown_npc", "There is no NPC '" + npc + "'.", "Spawn it first.");
                }
            }
            return npcs;
        }

        /// <summary>The game may change its own maps before these are sent, from another thread.</summary>
        private static object Copy(object value)
        {
            return MsgPackReader.Unpack(MsgPackWriter.Pack(value));
        }

        /// <summary>Refuse here what the server would refuse, or would hang up for because of its size.</summary>
        private void Check(Message message)
        {
            Codec.DecodeClient(Codec.Encode(message), Limits);
        }

        // -- the connection -----------------------------------------------------------------------------

        /// <summary>A connection stands. Nothing was heard on it yet.</summary>
        public void Connected(double now)
        {
            _linked = true;
            Lose();
            _helloAt = double.NegativeInfinity;
            _heardAt = now;
        }

        public void Disconnected()
        {
            _linked = false;
            Lose();
        }

        private void Lose()
        {
            Greeted = false;
            _frames.Clear();
            for (int lost = _sounds.Lose(); lost > 0; lost--)
            {
                _inbox.Add(new Error("voice_lost", "What was said was not heard to its end: the server went away.", "Say it again."));
            }
        }

        /// <summary>The goodbye that ends the session at the server, or null where no server would hear it.</summary>
        public Message Leave()
        {
            return Greeted ? new Bye() : null;
        }

        /// <summary>The next message that is due, or null. What is returned counts as sent.</summary>
        public Message Next(double now)
        {
            if (!_linked)
            {
                return null;
            }
            if (Greeted && now - _heardAt >= Timings.LostAfter)
            {
                Lose();
            }
            if (!Greeted)
            {
                return NextHello(now);
            }
            if (now - _pingedAt >= Timings.PingEvery)
            {
                _pingedAt = now;
                return new Ping(++_pings);
            }
            // NPCs must stand before they are spoken to.
            return _roster.Next() ?? _sounds.Next() ?? _utterances.Next(now) ?? (Message)_frames.Take();
        }

        private Message NextHello(double now)
        {
            if (now < _helloAt)
            {
                return null;
            }
            _helloAt = now + Timings.HelloEvery;
            return _hello;
        }

        /// <summary>Take a message of the server; one that makes no sense becomes an error in the <see cref="Inbox"/>.</summary>
        public void Take(byte[][] parts, double now)
        {
            _heardAt = now;
            Message message;
            try
            {
                message = Codec.DecodeServer(parts, Limits.Replies);
            }
            catch (ProtocolException error)
            {
                if (error.Code != "unknown_type") // a later server may have more to say
                {
                    _inbox.Add(new Error(error.Code, "The server sent this: " + error.Message, error.Fix));
                }
                return;
            }
            switch (message.Type)
            {
                case "welcome": TakeWelcome((Welcome)message); break;
                case "spawned": _roster.Stand((Spawned)message); break;
                case "ack": _utterances.Acknowledge(((Ack)message).Utterances, now); break;
                case "decision": TakeDecision((Decision)message); break;
                case "event": TakeEvent((Notice)message); break;
                case "heard": Take((Heard)message); break;
                case "sound": _sounds.Take((Sound)message); break;
                case "hush": _sounds.Take((Hush)message); break;
                case "pong": Counters = ((Pong)message).Counters; break;
                case "error": TakeError((Error)message, now); break;
                case "bye": Lose(); _helloAt = now + Timings.HelloEvery; break;
            }
        }

        private void TakeWelcome(Welcome welcome)
        {
            Welcome = welcome;
            Limits = new Limits(welcome.Limits);
            Refusal = null;
            if (Greeted)
            {
                return; // the answer to a hello that was repeated
            }
            Greeted = true;
            _roster.IntroduceAll(welcome.Resumed, TakesLooks);
            _utterances.RepeatAll();
        }

        private void TakeDecision(Decision decision)
        {
            bool fresh = decision.UtteranceId == null || _utterances.Settle(decision.UtteranceId, decision.Npc);
            if (fresh && Knows(decision.Npc))
            {
                _inbox.Add(decision);
            }
        }

        private void TakeEvent(Notice what)
        {
            if (Knows(what.Npc))
            {
                _inbox.Add(what);
            }
        }

        private void TakeError(Error error, double now)
        {
            switch (error.Code)
            {
                case "hello_required":
                    Lose(); // the server was restarted; what is lost is sent again
                    return;
                case "busy":
                    _utterances.PutOff(error.Utterance, now);
                    return;
                case "unknown_npc":
                    if (error.Npc != null && !Knows(error.Npc))
                    {
                        return; // it was to leave, and has left
                    }
                    break;
            }
            if (Array.IndexOf(Protocol.Unwelcome, error.Code) >= 0)
            {
                bool news = Refusal == null || Refusal.Code != error.Code;
                Refusal = error;
                _helloAt = now + Timings.UnwelcomeFor;
                if (!news)
                {
                    return; // a server that hangs up after each refusal is complained of once
                }
            }
            DropRefused(error);
            if (error.About != null && !_sounds.Refused(error.About))
            {
                return; // of a line that was to be spoken: it is there to be read
            }
            _inbox.Add(error);
        }

        /// <summary>Stop asking for what the server refused: an utterance, or an NPC.</summary>
        private void DropRefused(Error error)
        {
            if (error.Utterance != null)
            {
                _utterances.Refuse(error.Utterance, error.Npc);
            }
            else if (error.Npc != null && error.Seq == null && NameOf(error.Npc) == null)
            {
                _roster.Refuse(error.Npc);
            }
        }
    }
}
