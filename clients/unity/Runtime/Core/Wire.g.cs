// Written by `python -m engine.formats.wire.generate` from protocol.yaml: do not edit.
using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>What the protocol fixes.</summary>
    public static class Protocol
    {
        public const string Version = "1.0";
        internal const int MaxDepth = 32; // levels of maps and lists, the header itself being the first
        internal const long MaxInteger = 9007199254740992; // survives languages whose only number is a double
        internal static readonly Dictionary<string, int> Channels = new Dictionary<string, int> { { "rgb", 3 }, { "rgba", 4 }, { "bgra", 4 } };
        internal static readonly string[] Encoded = { "jpeg", "png", "webp" };
        internal static readonly string[] WithPart = { "observe", "look" };
        internal static readonly string[] Unwelcome = { "version", "token", "session", "too_many_clients" };
    }

    public sealed partial class Limits
    {
        /// <summary>Bytes of a server's header.</summary>
        public const int ReplyHeader = 1048576;

        public readonly int Header; // bytes of a message's msgpack part
        public readonly int Frame; // bytes of a frame part: 2560x1440 RGBA fits
        public readonly int Side; // pixels of a frame's width or height
        public readonly int Name; // characters of a client, NPC, session or utterance id
        public readonly int Text; // characters of an utterance
        public readonly int Phrase; // characters of a watched phrase
        public readonly int Watch; // phrases that one NPC watches for
        public readonly int State; // entries of the game state
        public readonly int Entities; // things that a game names in a frame
        public readonly int Npcs; // NPCs of one client
        public readonly int Utterances; // answers that may be owed to one client
        public readonly int Picture; // bytes of a picture of what a phrase looks like
        public readonly int Looks; // phrases of one client that have pictures
        public readonly int Pcm; // bytes of a piece of sound: a tenth of a second at 48,000 samples a second
        public readonly int Hearing; // seconds that one push to talk is listened to
        public readonly int Hearings; // hearings of one client at once
        public readonly int Speeches; // speeches of one client at once

        /// <param name="told">The `limits` of a welcome; what it leaves out has its default.</param>
        public Limits(IDictionary<string, object> told)
        {
            Header = Of(told, "header", 65536);
            Frame = Of(told, "frame", 16777216);
            Side = Of(told, "side", 4096);
            Name = Of(told, "name", 64);
            Text = Of(told, "text", 1000);
            Phrase = Of(told, "phrase", 100);
            Watch = Of(told, "watch", 32);
            State = Of(told, "state", 64);
            Entities = Of(told, "entities", 64);
            Npcs = Of(told, "npcs", 256);
            Utterances = Of(told, "utterances", 64);
            Picture = Of(told, "picture", 1048576);
            Looks = Of(told, "looks", 64);
            Pcm = Of(told, "pcm", 9600);
            Hearing = Of(told, "hearing", 30);
            Hearings = Of(told, "hearings", 4);
            Speeches = Of(told, "speeches", 8);
        }
    }

    /// <summary>Seconds.</summary>
    public static class Timings
    {
        public const double HelloEvery = 0.5; // between two `hello` while nobody answers
        public const double UnwelcomeFor = 60; // no `hello` after `version`, `token`, `session` or `too_many_clients`
        public const double PingEvery = 1; // between two `ping`
        public const double LostAfter = 3.5; // silence for so long means that the server is away
        public const double RetryAfter = 0.5; // until an utterance without `ack` is repeated
        public const double BusyFor = 0.1; // until an utterance that the server put off is repeated
        public const double DecisionAfter = 5; // until an acknowledged utterance without a decision is repeated
    }

    internal static class Readers
    {
        /// <summary>A message of a client; null for a type that it does not send.</summary>
        public static Message OfClient(string type, Fields fields, byte[] part, Limits limits)
        {
            switch (type)
            {
                case "hello": return Hello.Read(fields, part, limits);
                case "spawn": return Spawn.Read(fields, part, limits);
                case "despawn": return Despawn.Read(fields, part, limits);
                case "observe": return Observe.Read(fields, part, limits);
                case "hear": return Hear.Read(fields, part, limits);
                case "speak": return Speak.Read(fields, part, limits);
                case "hush": return Hush.Read(fields, part, limits);
                case "heard": return Heard.Read(fields, part, limits);
                case "sound": return Sound.Read(fields, part, limits);
                case "look": return Look.Read(fields, part, limits);
                case "ping": return Ping.Read(fields, part, limits);
                case "bye": return Bye.Read(fields, part, limits);
                default: return null;
            }
        }

        /// <summary>A message of a server; null for a type that it does not send.</summary>
        public static Message OfServer(string type, Fields fields, byte[] part, Limits limits)
        {
            switch (type)
            {
                case "welcome": return Welcome.Read(fields, part, limits);
                case "spawned": return Spawned.Read(fields, part, limits);
                case "ack": return Ack.Read(fields, part, limits);
                case "decision": return Decision.Read(fields, part, limits);
                case "event": return Notice.Read(fields, part, limits);
                case "pong": return Pong.Read(fields, part, limits);
                case "error": return Error.Read(fields, part, limits);
                case "hear": return Hear.Read(fields, part, limits);
                case "speak": return Speak.Read(fields, part, limits);
                case "hush": return Hush.Read(fields, part, limits);
                case "heard": return Heard.Read(fields, part, limits);
                case "sound": return Sound.Read(fields, part, limits);
                case "bye": return Bye.Read(fields, part, limits);
                default: return null;
            }
        }
    }

    /// <summary>Where on the frame the words point.</summary>
    public sealed partial class Target
    {
        /// <summary>In the frame, to the right.</summary>
        public readonly double X;

        /// <summary>In the frame, downwards.</summary>
        public readonly double Y;

        /// <summary>0..1 that the thing meant is in view at all.</summary>
        public readonly double P;

        public Target(double x, double y, double p)
        {
            X = x;
            Y = y;
            P = p;
        }

        internal static Target Read(Fields fields, Limits limits)
        {
            return new Target(
                fields.Number("x"),
                fields.Number("y"),
                fields.Number("p"));
        }

        internal Map Described()
        {
            return new Map
            {
                { "x", X },
                { "y", Y },
                { "p", P },
            };
        }
    }

    /// <summary>Something that the game carries out beside the action.</summary>
    public sealed partial class Effect
    {
        /// <summary>What is to be done: `sell`, `quest`, `tag`, or a word of the card.</summary>
        public readonly string Kind;

        /// <summary>What it is done with, by name: texts, integers, numbers and booleans.</summary>
        public readonly IDictionary<string, object> Values;

        public Effect(string kind, IDictionary<string, object> values = null)
        {
            Kind = kind;
            Values = values ?? new Dictionary<string, object>();
        }

        internal static Effect Read(Fields fields, Limits limits)
        {
            return new Effect(
                fields.Text("kind", 80, null, 1),
                fields.Values("values", 16, 1000));
        }

        internal Map Described()
        {
            return new Map
            {
                { "kind", Kind },
                { "values", Values },
            };
        }
    }

    public sealed partial class Frame
    {
        internal static Frame Read(Fields fields, byte[] part, Limits limits)
        {
            return Checks.Frame(new Frame(
                pixels: part,
                width: (int)fields.Integer("width", limits.Side, 0),
                height: (int)fields.Integer("height", limits.Side, 0),
                format: fields.Text("format", 16),
                bottomUp: fields.Flag("bottom_up"),
                entities: Checks.Boxes(fields, "entities", limits.Entities, limits)), fields, limits);
        }

        internal Map Described()
        {
            return new Map
            {
                { "width", Width },
                { "height", Height },
                { "format", Format },
                { "bottom_up", BottomUp },
                { "entities", Map.Of(Entities) },
            };
        }
    }

    /// <summary>When a word is spoken, or the lips have a shape: seconds from the beginning of the speech.</summary>
    public sealed partial class Mark
    {
        /// <summary>The word, as it is written; or the name of the shape.</summary>
        public readonly string Text;

        /// <summary>From then on.</summary>
        public readonly double Began;

        /// <summary>Until then.</summary>
        public readonly double Ended;

        public Mark(string text, double began, double ended)
        {
            Text = text;
            Began = began;
            Ended = ended;
        }

        internal static Mark Read(Fields fields, Limits limits)
        {
            return new Mark(
                fields.Text("text", 64),
                fields.Number("began"),
                fields.Number("ended"));
        }

        internal Map Described()
        {
            return new Map
            {
                { "text", Text },
                { "began", Began },
                { "ended", Ended },
            };
        }
    }

    /// <summary>How an utterance was spoken that was not typed: what `heard` said of it.</summary>
    public sealed partial class Spoken
    {
        /// <summary>0..1 that these were the words.</summary>
        public readonly double Confidence;

        /// <summary>Seconds on the game's clock, as far as `hear.captured_at` tells.</summary>
        public readonly double? Began;

        /// <summary>Likewise.</summary>
        public readonly double? Ended;

        /// <summary>How it sounded: label of a tone → 0..1.</summary>
        public readonly IDictionary<string, object> Tone;

        public Spoken(double confidence = 1, double? began = null, double? ended = null, IDictionary<string, object> tone = null)
        {
            Confidence = confidence;
            Began = began;
            Ended = ended;
            Tone = tone ?? new Dictionary<string, object>();
        }

        internal static Spoken Read(Fields fields, Limits limits)
        {
            return new Spoken(
                fields.Number("confidence", 1),
                fields.Has("began") ? fields.Number("began") : (double?)null,
                fields.Has("ended") ? fields.Number("ended") : (double?)null,
                fields.Values("tone", 16, limits.Name));
        }

        internal Map Described()
        {
            return new Map
            {
                { "confidence", Confidence },
                { "began", Began },
                { "ended", Ended },
                { "tone", Tone },
            };
        }
    }

    /// <summary>What the player said.</summary>
    public sealed partial class Utterance
    {
        /// <summary>Never used twice in a session.</summary>
        public readonly string Id;

        /// <summary>What is said; read in pieces where it is long.</summary>
        public readonly string Text;

        /// <summary>Who hears it, a subset of `npcs`; all of them if absent or empty.</summary>
        public readonly string[] To;

        /// <summary>Who says it; `"player"`.</summary>
        public readonly string Speaker;

        /// <summary>If it was heard and not typed (voice).</summary>
        public readonly Spoken Spoken;

        public Utterance(string id, string text, string[] to, string speaker = "player", Spoken spoken = null)
        {
            Id = id;
            Text = text;
            To = to;
            Speaker = speaker;
            Spoken = spoken;
        }

        internal static Utterance Read(Fields fields, Limits limits)
        {
            return new Utterance(
                fields.Name("id", limits),
                fields.Text("text", limits.Text, null, 1),
                fields.Texts("to", limits.Npcs, limits.Name, true),
                fields.Text("speaker", limits.Name, "player", 1),
                fields.Has("spoken") ? Spoken.Read(fields.Inside("spoken"), limits) : null);
        }

        internal Map Described()
        {
            return new Map
            {
                { "id", Id },
                { "text", Text },
                { "to", To },
                { "speaker", Speaker },
                { "spoken", Spoken == null ? null : Spoken.Described() },
            };
        }
    }

    /// <summary>Client → server, first: who I am. `session` stays the same when the client comes back.</summary>
    public sealed partial class Hello : Message
    {
        /// <summary>
        /// Name of the game, or of one world or save slot of it: what characters remember belongs to this name (with
        /// CURVE: to the key).
        /// </summary>
        public readonly string Client;

        /// <summary>Random, the same on every reconnection.</summary>
        public readonly string Session;

        /// <summary>`"1.0"`.</summary>
        public readonly string Speaks;

        /// <summary>What the client understands.</summary>
        public readonly string[] Capabilities;

        /// <summary>What the server was started with (`--token`).</summary>
        public readonly string Token;

        /// <summary>The secret of the voice process: whoever sends it is the voice of this server, and no game (voice).</summary>
        public readonly string Voice;

        public Hello(string client, string session, string speaks = Protocol.Version, string[] capabilities = null, string token = null, string voice = null)
        {
            Client = client;
            Session = session;
            Speaks = speaks;
            Capabilities = capabilities ?? new string[0];
            Token = token;
            Voice = voice;
        }

        public override string Type { get { return "hello"; } }

        internal static Hello Read(Fields fields, byte[] part, Limits limits)
        {
            return new Hello(
                fields.Name("client", limits),
                fields.Name("session", limits),
                fields.Text("version", 16),
                fields.Texts("capabilities", 32, limits.Name, true),
                fields.Has("token") ? fields.Text("token", 512) : null,
                fields.Has("voice") ? fields.Text("voice", 512) : null);
        }

        internal override void Fill(Map fields)
        {
            fields.Add("client", Client);
            fields.Add("session", Session);
            fields.Add("version", Speaks);
            fields.Add("capabilities", Capabilities);
            fields.Add("token", Token);
            fields.Add("voice", Voice);
        }
    }

    /// <summary>Client → server: an NPC enters. `persona` is a name that the server knows, or a whole card.</summary>
    public sealed partial class Spawn : Message
    {
        /// <summary>The game's id for it.</summary>
        public readonly string Npc;

        /// <summary>Name of a card that the server knows, or a whole card (entries).</summary>
        public readonly object Persona;

        /// <summary>Phrases to look out for, beside the card's own.</summary>
        public readonly string[] Watch;

        public Spawn(string npc, object persona, string[] watch = null)
        {
            Npc = npc;
            Persona = persona;
            Watch = watch ?? new string[0];
        }

        public override string Type { get { return "spawn"; } }

        internal static Spawn Read(Fields fields, byte[] part, Limits limits)
        {
            return new Spawn(
                fields.Name("npc", limits),
                fields.Card("persona", 64, 256, 1),
                fields.Texts("watch", limits.Watch, limits.Phrase, true));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("npc", Npc);
            fields.Add("persona", Persona);
            fields.Add("watch", Watch);
        }
    }

    /// <summary>Client → server: an NPC leaves; what waits for it is dropped.</summary>
    public sealed partial class Despawn : Message
    {
        /// <summary>Who leaves.</summary>
        public readonly string Npc;

        public Despawn(string npc)
        {
            Npc = npc;
        }

        public override string Type { get { return "despawn"; } }

        internal static Despawn Read(Fields fields, byte[] part, Limits limits)
        {
            return new Despawn(
                fields.Name("npc", limits));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("npc", Npc);
        }
    }

    /// <summary>Client → server: what the NPCs see, and what was said to some of them.</summary>
    public sealed partial class Observe : Message
    {
        /// <summary>Comes back in decisions; count up.</summary>
        public readonly long Seq;

        /// <summary>Who sees the frame; each must be spawned.</summary>
        public readonly string[] Npcs;

        /// <summary>Describes part 2, see below.</summary>
        public readonly Frame Frame;

        /// <summary>What was said, see below.</summary>
        public readonly Utterance Utterance;

        /// <summary>
        /// What the game tells, e.g. `{"near": "well", "player": "Ada", "done": "go_to"}`; characters lists those with
        /// a meaning of their own, such as `hour` and `speaker_faction`.
        /// </summary>
        public readonly IDictionary<string, object> State;

        /// <summary>
        /// Seconds on the game's clock; characters live by it where it is given. It may start again, jump, stand, or be
        /// left out of some messages: nobody is blind or frozen for it.
        /// </summary>
        public readonly double? CapturedAt;

        /// <summary>Ask for `inspect` in the decisions.</summary>
        public readonly bool Inspect;

        public Observe(long seq, string[] npcs, Frame frame = null, Utterance utterance = null, IDictionary<string, object> state = null, double? capturedAt = null, bool inspect = false)
        {
            Seq = seq;
            Npcs = npcs;
            Frame = frame;
            Utterance = utterance;
            State = state ?? new Dictionary<string, object>();
            CapturedAt = capturedAt;
            Inspect = inspect;
        }

        public override string Type { get { return "observe"; } }

        internal override byte[] Part { get { return Frame?.Pixels; } }

        internal static Observe Read(Fields fields, byte[] part, Limits limits)
        {
            return Checks.Observe(new Observe(
                fields.Integer("seq", Protocol.MaxInteger),
                fields.Texts("npcs", limits.Npcs, limits.Name),
                Checks.HasPart(fields, "frame", part) ? Frame.Read(fields.Inside("frame"), part, limits) : null,
                fields.Has("utterance") ? Utterance.Read(fields.Inside("utterance"), limits) : null,
                fields.Map("state", limits.State, true),
                fields.Has("captured_at") ? fields.Number("captured_at") : (double?)null,
                fields.Flag("inspect")), fields, limits);
        }

        internal override void Fill(Map fields)
        {
            fields.Add("seq", Seq);
            fields.Add("npcs", Npcs);
            fields.Add("frame", Frame == null ? null : Frame.Described());
            fields.Add("utterance", Utterance == null ? null : Utterance.Described());
            fields.Add("state", State);
            fields.Add("captured_at", CapturedAt);
            fields.Add("inspect", Inspect);
        }
    }

    /// <summary>
    /// A piece of what a microphone hears: game → server → voice process. PCM is mono, signed 16 bit, little-
    /// endian.
    ///
    /// The first piece (0) says how it is to be heard, the last one has `end`.
    /// </summary>
    public sealed partial class Hear : Message
    {
        /// <summary>Never used twice; at most 48 characters from a game.</summary>
        public readonly string Hearing;

        /// <summary>0, 1, 2 ….</summary>
        public readonly long Piece;

        /// <summary>Sound; 20 to 100 ms are usual.</summary>
        public readonly byte[] Pcm;

        /// <summary>Seconds on the game's clock, of the first sample.</summary>
        public readonly double? CapturedAt;

        /// <summary>Of piece 0: who is spoken to.</summary>
        public readonly string[] To;

        /// <summary>Of piece 0: samples a second, 8000 to 48000.</summary>
        public readonly long Rate;

        /// <summary>Of piece 0: an open microphone, of which the voice makes lines; else push to talk, one line.</summary>
        public readonly bool Open;

        /// <summary>That was all.</summary>
        public readonly bool End;

        /// <summary>That was all, and it is to be forgotten.</summary>
        public readonly bool Drop;

        /// <summary>Of piece 0, from the server: names and things that may be spoken of here.</summary>
        public readonly string[] Words;

        public Hear(string hearing, long piece, byte[] pcm = null, double? capturedAt = null, string[] to = null, long rate = 16000, bool open = false, bool end = false, bool drop = false, string[] words = null)
        {
            Hearing = hearing;
            Piece = piece;
            Pcm = pcm ?? new byte[0];
            CapturedAt = capturedAt;
            To = to ?? new string[0];
            Rate = rate;
            Open = open;
            End = end;
            Drop = drop;
            Words = words ?? new string[0];
        }

        public override string Type { get { return "hear"; } }

        internal static Hear Read(Fields fields, byte[] part, Limits limits)
        {
            return new Hear(
                fields.Name("hearing", limits),
                fields.Integer("piece", Protocol.MaxInteger),
                fields.Data("pcm", limits.Pcm),
                fields.Has("captured_at") ? fields.Number("captured_at") : (double?)null,
                fields.Texts("to", limits.Npcs, limits.Name, true),
                (int)fields.Integer("rate", 48000, 16000),
                fields.Flag("open"),
                fields.Flag("end"),
                fields.Flag("drop"),
                fields.Texts("words", 256, limits.Phrase, true));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("hearing", Hearing);
            fields.Add("piece", Piece);
            fields.Add("pcm", Pcm);
            fields.Add("captured_at", CapturedAt);
            fields.Add("to", To);
            fields.Add("rate", Rate);
            fields.Add("open", Open);
            fields.Add("end", End);
            fields.Add("drop", Drop);
            fields.Add("words", Words);
        }
    }

    /// <summary>A line to be spoken aloud: game → server → voice process.</summary>
    public sealed partial class Speak : Message
    {
        /// <summary>Never used twice; at most 48 characters from a game.</summary>
        public readonly string Speech;

        /// <summary>Who speaks.</summary>
        public readonly string Npc;

        /// <summary>What it says.</summary>
        public readonly string Text;

        /// <summary>Label, as in the welcome: how it says it.</summary>
        public readonly string Emotion;

        /// <summary>The line's id on the card, if it has one: a recording may have been made of it.</summary>
        public readonly string LineId;

        /// <summary>From the server: its name on the card.</summary>
        public readonly string Name;

        /// <summary>From the server: `voice` of its card.</summary>
        public readonly IDictionary<string, object> Voice;

        public Speak(string speech, string npc, string text, string emotion = "", string lineId = "", string name = "", IDictionary<string, object> voice = null)
        {
            Speech = speech;
            Npc = npc;
            Text = text;
            Emotion = emotion;
            LineId = lineId;
            Name = name;
            Voice = voice ?? new Dictionary<string, object>();
        }

        public override string Type { get { return "speak"; } }

        internal static Speak Read(Fields fields, byte[] part, Limits limits)
        {
            return new Speak(
                fields.Name("speech", limits),
                fields.Name("npc", limits),
                fields.Text("text", limits.Text, null, 1),
                fields.Text("emotion", 64, ""),
                fields.Text("line_id", 64, ""),
                fields.Text("name", 256, ""),
                fields.Map("voice", 16, true));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("speech", Speech);
            fields.Add("npc", Npc);
            fields.Add("text", Text);
            fields.Add("emotion", Emotion);
            fields.Add("line_id", LineId);
            fields.Add("name", Name);
            fields.Add("voice", Voice);
        }
    }

    /// <summary>A speech ends before its end: game → server → voice process, and server → game.</summary>
    public sealed partial class Hush : Message
    {
        /// <summary>Which.</summary>
        public readonly string Speech;

        public Hush(string speech)
        {
            Speech = speech;
        }

        public override string Type { get { return "hush"; } }

        internal static Hush Read(Fields fields, byte[] part, Limits limits)
        {
            return new Hush(
                fields.Name("speech", limits));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("speech", Speech);
        }
    }

    /// <summary>
    /// What was heard: voice process → server → game.
    ///
    /// Words are told while they come, each time all of the line so far; the last time `final` is set. The game
    /// then says
    /// them: an `observe` with an utterance that has `utterance` for its id, and `spoken`.
    /// </summary>
    public sealed partial class Heard : Message
    {
        /// <summary>Which.</summary>
        public readonly string Hearing;

        /// <summary>0, 1, 2 …: lines of an open microphone; else 0.</summary>
        public readonly long Line;

        /// <summary>The line so far; empty where nothing was said.</summary>
        public readonly string Text;

        /// <summary>The line is complete.</summary>
        public readonly bool Final;

        /// <summary>0..1 that these were the words.</summary>
        public readonly double Confidence;

        /// <summary>Seconds on the game's clock, as far as `hear.captured_at` tells.</summary>
        public readonly double? Began;

        /// <summary>Likewise.</summary>
        public readonly double? Ended;

        /// <summary>How it sounded: label of a tone → 0..1.</summary>
        public readonly IDictionary<string, object> Tone;

        /// <summary>Nothing more comes of this hearing.</summary>
        public readonly bool Over;

        /// <summary>From the server, of a line that is final: the id to say it with.</summary>
        public readonly string Utterance;

        public Heard(string hearing, long line, string text, bool final = false, double confidence = 0, double? began = null, double? ended = null, IDictionary<string, object> tone = null, bool over = false, string utterance = null)
        {
            Hearing = hearing;
            Line = line;
            Text = text;
            Final = final;
            Confidence = confidence;
            Began = began;
            Ended = ended;
            Tone = tone ?? new Dictionary<string, object>();
            Over = over;
            Utterance = utterance;
        }

        public override string Type { get { return "heard"; } }

        internal static Heard Read(Fields fields, byte[] part, Limits limits)
        {
            return new Heard(
                fields.Name("hearing", limits),
                fields.Integer("line", Protocol.MaxInteger),
                fields.Text("text", limits.Text),
                fields.Flag("final"),
                fields.Number("confidence", 0),
                fields.Has("began") ? fields.Number("began") : (double?)null,
                fields.Has("ended") ? fields.Number("ended") : (double?)null,
                fields.Values("tone", 16, limits.Name),
                fields.Flag("over"),
                fields.Has("utterance") ? fields.Name("utterance", limits) : null);
        }

        internal override void Fill(Map fields)
        {
            fields.Add("hearing", Hearing);
            fields.Add("line", Line);
            fields.Add("text", Text);
            fields.Add("final", Final);
            fields.Add("confidence", Confidence);
            fields.Add("began", Began);
            fields.Add("ended", Ended);
            fields.Add("tone", Tone);
            fields.Add("over", Over);
            fields.Add("utterance", Utterance);
        }
    }

    /// <summary>
    /// A piece of a speech: voice process → server → game. PCM is mono, signed 16 bit, little-endian.
    ///
    /// Times of words and of shapes of the lips come with any piece, once each, before or with their sound.
    /// </summary>
    public sealed partial class Sound : Message
    {
        /// <summary>Which.</summary>
        public readonly string Speech;

        /// <summary>0, 1, 2 ….</summary>
        public readonly long Piece;

        /// <summary>Sound.</summary>
        public readonly byte[] Pcm;

        /// <summary>Samples a second, 8000 to 48000; the same in all pieces.</summary>
        public readonly long Rate;

        /// <summary>When which word is spoken.</summary>
        public readonly Mark[] Words;

        /// <summary>Shapes of the lips: visemes, or phonemes.</summary>
        public readonly Mark[] Shapes;

        /// <summary>That was all.</summary>
        public readonly bool End;

        /// <summary>With `end`: why it could not be spoken.</summary>
        public readonly string Fault;

        public Sound(string speech, long piece, byte[] pcm = null, long rate = 16000, Mark[] words = null, Mark[] shapes = null, bool end = false, string fault = "")
        {
            Speech = speech;
            Piece = piece;
            Pcm = pcm ?? new byte[0];
            Rate = rate;
            Words = words ?? new Mark[0];
            Shapes = shapes ?? new Mark[0];
            End = end;
            Fault = fault;
        }

        public override string Type { get { return "sound"; } }

        internal static Sound Read(Fields fields, byte[] part, Limits limits)
        {
            return new Sound(
                fields.Name("speech", limits),
                fields.Integer("piece", Protocol.MaxInteger),
                fields.Data("pcm", limits.Pcm),
                (int)fields.Integer("rate", 48000, 16000),
                fields.Each("words", 64).ConvertAll(inside => Mark.Read(inside, limits)).ToArray(),
                fields.Each("shapes", 256).ConvertAll(inside => Mark.Read(inside, limits)).ToArray(),
                fields.Flag("end"),
                fields.Text("fault", 256, ""));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("speech", Speech);
            fields.Add("piece", Piece);
            fields.Add("pcm", Pcm);
            fields.Add("rate", Rate);
            fields.Add("words", Words.Length == 0 ? null : System.Array.ConvertAll(Words, one => one.Described()));
            fields.Add("shapes", Shapes.Length == 0 ? null : System.Array.ConvertAll(Shapes, one => one.Described()));
            fields.Add("end", End);
            fields.Add("fault", Fault);
        }
    }

    /// <summary>Client → server: what a phrase looks like in this game, one picture at a time.</summary>
    public sealed partial class Look : Message
    {
        /// <summary>That a card, a `spawn` or the player's words may name.</summary>
        public readonly string Phrase;

        /// <summary>Which of its pictures; one that was sent under this number is replaced.</summary>
        public readonly long Number;

        /// <summary>
        /// The picture in part 2, described as that of an observation: best one with transparency (`png`, `webp`,
        /// `rgba`, `bgra`), cut out; absent: forget all pictures of this phrase.
        /// </summary>
        public readonly Frame Frame;

        public Look(string phrase, long number = 0, Frame frame = null)
        {
            Phrase = phrase;
            Number = number;
            Frame = frame;
        }

        public override string Type { get { return "look"; } }

        internal override byte[] Part { get { return Frame?.Pixels; } }

        internal static Look Read(Fields fields, byte[] part, Limits limits)
        {
            return Checks.Look(new Look(
                fields.Text("phrase", limits.Phrase, null, 1),
                (int)fields.Integer("number", 7, 0),
                Checks.HasPart(fields, "frame", part) ? Frame.Read(fields.Inside("frame"), part, limits) : null), fields, limits);
        }

        internal override void Fill(Map fields)
        {
            fields.Add("phrase", Phrase);
            fields.Add("number", Number);
            fields.Add("frame", Frame == null ? null : Frame.Described());
        }
    }

    /// <summary>Client → server: are you there? `id` comes back in the pong.</summary>
    public sealed partial class Ping : Message
    {
        /// <summary>Comes back in the `pong`.</summary>
        public readonly long Id;

        public Ping(long id)
        {
            Id = id;
        }

        public override string Type { get { return "ping"; } }

        internal static Ping Read(Fields fields, byte[] part, Limits limits)
        {
            return new Ping(
                fields.Integer("id", Protocol.MaxInteger));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("id", Id);
        }
    }

    /// <summary>Either way: I leave. From a client it ends the session; from a server it means: come back later.</summary>
    public sealed partial class Bye : Message
    {
        public override string Type { get { return "bye"; } }

        internal static Bye Read(Fields fields, byte[] part, Limits limits)
        {
            return new Bye();
        }
    }

    /// <summary>Server → client: what answers here. `resumed` is true when the session's NPCs still stand.</summary>
    public sealed partial class Welcome : Message
    {
        /// <summary>Program.</summary>
        public readonly string Server;

        /// <summary>ONNX Runtime provider that really works.</summary>
        public readonly string Provider;

        /// <summary>Model.</summary>
        public readonly string Bundle;

        /// <summary>The session was known, its NPCs stand.</summary>
        public readonly bool Resumed;

        /// <summary>Protocol.</summary>
        public readonly string Speaks;

        /// <summary>See capabilities.</summary>
        public readonly string[] Capabilities;

        /// <summary>`action` and `emotion`: all labels that decisions can carry.</summary>
        public readonly IDictionary<string, object> Labels;

        /// <summary>The limits below, as this server has them.</summary>
        public readonly IDictionary<string, object> Limits;

        public Welcome(string server, string provider, string bundle, bool resumed, string speaks = Protocol.Version, string[] capabilities = null, IDictionary<string, object> labels = null, IDictionary<string, object> limits = null)
        {
            Server = server;
            Provider = provider;
            Bundle = bundle;
            Resumed = resumed;
            Speaks = speaks;
            Capabilities = capabilities ?? new string[0];
            Labels = labels ?? new Dictionary<string, object>();
            Limits = limits ?? new Dictionary<string, object>();
        }

        public override string Type { get { return "welcome"; } }

        internal static Welcome Read(Fields fields, byte[] part, Limits limits)
        {
            return new Welcome(
                fields.Text("server", 256),
                fields.Text("provider", 64),
                fields.Text("bundle", 256),
                fields.RequiredFlag("resumed"),
                fields.Text("version", 16),
                fields.Texts("capabilities", 64, 64, true),
                fields.Labels("labels", 64),
                fields.Integers("limits", 64));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("server", Server);
            fields.Add("provider", Provider);
            fields.Add("bundle", Bundle);
            fields.Add("resumed", Resumed);
            fields.Add("version", Speaks);
            fields.Add("capabilities", Capabilities);
            fields.Add("labels", Labels);
            fields.Add("limits", Limits);
        }
    }

    /// <summary>Server → client: the NPC stands; `name` is its name on the card.</summary>
    public sealed partial class Spawned : Message
    {
        /// <summary>Who stands.</summary>
        public readonly string Npc;

        /// <summary>Its name on the card.</summary>
        public readonly string Name;

        public Spawned(string npc, string name)
        {
            Npc = npc;
            Name = name;
        }

        public override string Type { get { return "spawned"; } }

        internal static Spawned Read(Fields fields, byte[] part, Limits limits)
        {
            return new Spawned(
                fields.Name("npc", limits),
                fields.Text("name", 256));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("npc", Npc);
            fields.Add("name", Name);
        }
    }

    /// <summary>Server → client: these utterances are in safe hands; their decisions follow.</summary>
    public sealed partial class Ack : Message
    {
        /// <summary>That the server has in safe hands.</summary>
        public readonly string[] Utterances;

        public Ack(string[] utterances)
        {
            Utterances = utterances;
        }

        public override string Type { get { return "ack"; } }

        internal static Ack Read(Fields fields, byte[] part, Limits limits)
        {
            return new Ack(
                fields.Texts("utterances", limits.Utterances, limits.Name));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("utterances", Utterances);
        }
    }

    /// <summary>
    /// Server → client: what one NPC does about observation `seq`; `utterance_id` is set where it was spoken to.
    ///
    /// `target` is in fractions of the frame, y downwards, also for frames that came bottom up. `frame_age` is
    /// the seconds from the arrival of the observation to this decision. `inspect` is there only when it was
    /// asked for. `entity` is the one of the frame's that `target` lies on, if any.
    /// </summary>
    public sealed partial class Decision : Message
    {
        /// <summary>Who.</summary>
        public readonly string Npc;

        /// <summary>About which observation.</summary>
        public readonly long Seq;

        /// <summary>Label, as in the welcome.</summary>
        public readonly string Action;

        /// <summary>Label, as in the welcome.</summary>
        public readonly string Emotion;

        /// <summary>The utterance that it answers.</summary>
        public readonly string UtteranceId;

        /// <summary>Numbers `x`, `y` in the frame; `p` in 0..1 that the thing meant is in view at all.</summary>
        public readonly Target Target;

        /// <summary>What it says; may be empty.</summary>
        public readonly string Line;

        /// <summary>0..1, behind the action.</summary>
        public readonly double Confidence;

        /// <summary>One sentence for a designer.</summary>
        public readonly string Reason;

        /// <summary>Seconds from the arrival of the observation to this decision.</summary>
        public readonly double FrameAge;

        /// <summary>As it came.</summary>
        public readonly double? CapturedAt;

        /// <summary>Only if asked for, see below.</summary>
        public readonly IDictionary<string, object> Inspect;

        /// <summary>
        /// The one of the frame's `entities` that `target` lies in, or is within 0.025 of on either axis; of several
        /// the nearest, then the smallest.
        /// </summary>
        public readonly string Entity;

        /// <summary>What the game carries out beside the action (effects), in this order; absent where there is none.</summary>
        public readonly Effect[] Effects;

        /// <summary>
        /// What `line` is called in the card's translation tables and voice-over files (lines); absent where it is put
        /// together of several lines.
        /// </summary>
        public readonly string LineId;

        public Decision(string npc, long seq, string action, string emotion, string utteranceId = null, Target target = null, string line = "", double confidence = 0, string reason = "", double frameAge = 0, double? capturedAt = null, IDictionary<string, object> inspect = null, string entity = null, Effect[] effects = null, string lineId = null)
        {
            Npc = npc;
            Seq = seq;
            Action = action;
            Emotion = emotion;
            UtteranceId = utteranceId;
            Target = target;
            Line = line;
            Confidence = confidence;
            Reason = reason;
            FrameAge = frameAge;
            CapturedAt = capturedAt;
            Inspect = inspect;
            Entity = entity;
            Effects = effects ?? new Effect[0];
            LineId = lineId;
        }

        public override string Type { get { return "decision"; } }

        internal static Decision Read(Fields fields, byte[] part, Limits limits)
        {
            return new Decision(
                fields.Name("npc", limits),
                fields.Integer("seq", Protocol.MaxInteger),
                fields.Text("action", 64),
                fields.Text("emotion", 64),
                fields.Has("utterance_id") ? fields.Name("utterance_id", limits) : null,
                fields.Has("target") ? Target.Read(fields.Inside("target"), limits) : null,
                fields.Text("line", Limits.ReplyHeader, ""),
                fields.Number("confidence", 0),
                fields.Text("reason", Limits.ReplyHeader, ""),
                fields.Number("frame_age", 0),
                fields.Has("captured_at") ? fields.Number("captured_at") : (double?)null,
                fields.Has("inspect") ? fields.Map("inspect", 64) : null,
                fields.Has("entity") ? fields.Name("entity", limits) : null,
                fields.Each("effects", 32).ConvertAll(inside => Effect.Read(inside, limits)).ToArray(),
                fields.Has("line_id") ? fields.Name("line_id", limits) : null);
        }

        internal override void Fill(Map fields)
        {
            fields.Add("npc", Npc);
            fields.Add("seq", Seq);
            fields.Add("action", Action);
            fields.Add("emotion", Emotion);
            fields.Add("utterance_id", UtteranceId);
            fields.Add("target", Target == null ? null : Target.Described());
            fields.Add("line", Line);
            fields.Add("confidence", Confidence);
            fields.Add("reason", Reason);
            fields.Add("frame_age", FrameAge);
            fields.Add("captured_at", CapturedAt);
            fields.Add("inspect", Inspect);
            fields.Add("entity", Entity);
            fields.Add("effects", Effects.Length == 0 ? null : System.Array.ConvertAll(Effects, one => one.Described()));
            fields.Add("line_id", LineId);
        }
    }

    /// <summary>
    /// Server → client: something about an NPC that no observation waits for, to clients with the capability
    /// `events`.
    ///
    /// `kind` says what; a client ignores kinds that it does not know. `text` is for people. `utterance_id` is set
    /// where
    /// it belongs to something that was said; `more` says that a longer text of this kind follows and takes its
    /// place.
    /// </summary>
    public sealed partial class Notice : Message
    {
        /// <summary>Whom it is about.</summary>
        public readonly string Npc;

        /// <summary>
        /// `card`: the NPC's card was edited while the server runs, `text` says that the edit was taken up, or what is
        /// wrong with it. `line`: a line in the place of the decision's own (second voice). Ignore kinds that you do
        /// not know.
        /// </summary>
        public readonly string Kind;

        /// <summary>For people.</summary>
        public readonly string Text;

        /// <summary>What was said, if it belongs to that.</summary>
        public readonly string UtteranceId;

        /// <summary>A longer text of this kind follows and takes the place of this one.</summary>
        public readonly bool More;

        public Notice(string npc, string kind, string text = "", string utteranceId = null, bool more = false)
        {
            Npc = npc;
            Kind = kind;
            Text = text;
            UtteranceId = utteranceId;
            More = more;
        }

        public override string Type { get { return "event"; } }

        internal static Notice Read(Fields fields, byte[] part, Limits limits)
        {
            return new Notice(
                fields.Name("npc", limits),
                fields.Text("kind", 64),
                fields.Text("text", Limits.ReplyHeader, ""),
                fields.Has("utterance_id") ? fields.Name("utterance_id", limits) : null,
                fields.Flag("more"));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("npc", Npc);
            fields.Add("kind", Kind);
            fields.Add("text", Text);
            fields.Add("utterance_id", UtteranceId);
            fields.Add("more", More);
        }
    }

    /// <summary>Server → client: I am; `counters` counts this session's traffic since its first hello.</summary>
    public sealed partial class Pong : Message
    {
        /// <summary>As it came.</summary>
        public readonly long Id;

        /// <summary>What this session has seen since it began; one that is 0 may be absent.</summary>
        public readonly IDictionary<string, object> Counters;

        public Pong(long id, IDictionary<string, object> counters = null)
        {
            Id = id;
            Counters = counters ?? new Dictionary<string, object>();
        }

        public override string Type { get { return "pong"; } }

        internal static Pong Read(Fields fields, byte[] part, Limits limits)
        {
            return new Pong(
                fields.Integer("id", Protocol.MaxInteger),
                fields.Integers("counters", 64, true));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("id", Id);
            fields.Add("counters", Counters);
        }
    }

    /// <summary>
    /// Server → client: what was refused, why, and what to do.
    ///
    /// `seq`, `npc` and `utterance` say what it belongs to, as far as that is known.
    /// </summary>
    public sealed partial class Error : Message
    {
        /// <summary>See error codes.</summary>
        public readonly string Code;

        /// <summary>What, in one sentence.</summary>
        public readonly string Text;

        /// <summary>What to do.</summary>
        public readonly string Fix;

        /// <summary>The observation that it belongs to.</summary>
        public readonly long? Seq;

        /// <summary>The NPC that it belongs to.</summary>
        public readonly string Npc;

        /// <summary>The utterance that it belongs to.</summary>
        public readonly string Utterance;

        /// <summary>The hearing or speech that it belongs to.</summary>
        public readonly string About;

        public Error(string code, string text, string fix = "", long? seq = null, string npc = null, string utterance = null, string about = null)
        {
            Code = code;
            Text = text;
            Fix = fix;
            Seq = seq;
            Npc = npc;
            Utterance = utterance;
            About = about;
        }

        public override string Type { get { return "error"; } }

        internal static Error Read(Fields fields, byte[] part, Limits limits)
        {
            return new Error(
                fields.Text("code", 64),
                fields.Text("message", Limits.ReplyHeader),
                fields.Text("fix", Limits.ReplyHeader, ""),
                fields.Has("seq") ? fields.Integer("seq", Protocol.MaxInteger) : (long?)null,
                fields.Has("npc") ? fields.Text("npc", limits.Name) : null,
                fields.Has("utterance") ? fields.Text("utterance", limits.Name) : null,
                fields.Has("about") ? fields.Text("about", limits.Name) : null);
        }

        internal override void Fill(Map fields)
        {
            fields.Add("code", Code);
            fields.Add("message", Text);
            fields.Add("fix", Fix);
            fields.Add("seq", Seq);
            fields.Add("npc", Npc);
            fields.Add("utterance", Utterance);
            fields.Add("about", About);
        }
    }
}
