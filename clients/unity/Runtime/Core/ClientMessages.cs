using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>First: who I am. The session stays the same when the client comes back.</summary>
    public sealed class Hello : Message
    {
        public readonly string Client;
        public readonly string Session;
        public readonly string Speaks;
        public readonly string[] Capabilities;
        public readonly string Token;

        public Hello(string client, string session, string[] capabilities = null, string token = null,
                     string speaks = Version)
        {
            Client = client;
            Session = session;
            Speaks = speaks;
            Capabilities = capabilities ?? new string[0];
            Token = token;
        }

        public override string Type { get { return "hello"; } }

        internal static Hello Read(Fields fields, Limits limits)
        {
            return new Hello(
                fields.Name("client", limits),
                fields.Name("session", limits),
                fields.Texts("capabilities", 32, limits.Name, true),
                fields.Has("token") ? fields.Text("token", 512) : null,
                fields.Text("version", 16));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("client", Client);
            fields.Add("session", Session);
            fields.Add("version", Speaks);
            fields.Add("capabilities", Capabilities);
            fields.Add("token", Token);
        }
    }

    /// <summary>An NPC enters. The persona is a name that the server knows (string), or a whole card (map).</summary>
    public sealed class Spawn : Message
    {
        public readonly string Npc;
        public readonly object Persona;
        public readonly string[] Watch;

        public Spawn(string npc, object persona, string[] watch = null)
        {
            Npc = npc;
            Persona = persona;
            Watch = watch ?? new string[0];
        }

        public override string Type { get { return "spawn"; } }

        internal static Spawn Read(Fields fields, Limits limits)
        {
            object persona = fields.IsMap("persona")
                ? (object)fields.Map("persona", 64)
                : fields.Text("persona", 256, null, 1);
            return new Spawn(
                fields.Name("npc", limits), persona, fields.Texts("watch", limits.Watch, limits.Phrase, true));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("npc", Npc);
            fields.Add("persona", Persona);
            fields.Add("watch", Watch);
        }
    }

    /// <summary>An NPC leaves; what waits for it is dropped.</summary>
    public sealed class Despawn : Message
    {
        public readonly string Npc;

        public Despawn(string npc)
        {
            Npc = npc;
        }

        public override string Type { get { return "despawn"; } }

        internal static Despawn Read(Fields fields, Limits limits)
        {
            return new Despawn(fields.Name("npc", limits));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("npc", Npc);
        }
    }

    /// <summary>What was said. The id is never used twice in a session; each of `To` answers once.</summary>
    public sealed class Utterance
    {
        public readonly string Id;
        public readonly string Text;
        public readonly string[] To;
        public readonly string Speaker;

        public Utterance(string id, string text, string[] to, string speaker = "player")
        {
            Id = id;
            Text = text;
            To = to;
            Speaker = speaker;
        }

        internal static Utterance Read(Fields fields, string[] npcs, Limits limits)
        {
            string[] to = fields.Texts("to", limits.Npcs, limits.Name, true);
            foreach (string npc in to)
            {
                if (System.Array.IndexOf(npcs, npc) < 0)
                {
                    throw fields.Fault("to", "names '" + npc + "', which is not in `npcs`",
                                       "List everybody who is spoken to in `npcs` too.");
                }
            }
            return new Utterance(
                fields.Name("id", limits),
                fields.Text("text", limits.Text, null, 1),
                to.Length > 0 ? to : npcs,
                fields.Text("speaker", limits.Name, "player", 1));
        }

        internal Map Described()
        {
            return new Map { { "id", Id }, { "text", Text }, { "to", To }, { "speaker", Speaker } };
        }
    }

    /// <summary>What NPCs see, and what was said to some of them.</summary>
    public sealed class Observe : Message
    {
        public readonly long Seq;
        public readonly string[] Npcs;
        public readonly Frame Frame;
        public readonly Utterance Utterance;
        public readonly IDictionary<string, object> State;
        public readonly double? CapturedAt;
        public readonly bool Inspect;

        /// <param name="capturedAt">Seconds on the game's clock; characters live by it where it is given.</param>
        /// <param name="inspect">Ask for <see cref="Decision.Inspect"/>.</param>
        public Observe(long seq, string[] npcs, Frame frame = null, Utterance utterance = null,
                       IDictionary<string, object> state = null, double? capturedAt = null, bool inspect = false)
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

        internal static Observe Read(Fields fields, byte[] pixels, Limits limits)
        {
            string[] npcs = fields.Texts("npcs", limits.Npcs, limits.Name);
            if (npcs.Length == 0)
            {
                throw fields.Fault("npcs", "is empty", "Name the NPCs that see this.");
            }
            return new Observe(
                fields.Integer("seq", Fields.MaxInteger),
                npcs,
                Frame.Read(fields, pixels, limits),
                fields.Has("utterance") ? Utterance.Read(fields.Inside("utterance"), npcs, limits) : null,
                fields.Map("state", limits.State, true),
                fields.Has("captured_at") ? fields.Number("captured_at") : (double?)null,
                fields.Flag("inspect"));
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

        /// <summary>The same for fewer NPCs: those who have not decided yet.</summary>
        internal Observe For(string[] npcs)
        {
            var said = new Utterance(Utterance.Id, Utterance.Text, npcs, Utterance.Speaker);
            return new Observe(Seq, npcs, Frame, said, State, CapturedAt, Inspect);
        }
    }
}
