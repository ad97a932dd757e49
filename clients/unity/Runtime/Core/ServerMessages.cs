using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>What answers here. `Resumed` is true when the session's NPCs still stand.</summary>
    public sealed class Welcome : Message
    {
        public readonly string Server;
        public readonly string Provider;
        public readonly string Bundle;
        public readonly bool Resumed;
        public readonly string Speaks;
        public readonly string[] Capabilities;

        /// <summary>`action` and `emotion`: all labels that decisions can carry, each a list of strings.</summary>
        public readonly IDictionary<string, object> Labels;

        public readonly IDictionary<string, object> Limits;

        public Welcome(string server, string provider, string bundle, bool resumed, string speaks,
                       string[] capabilities, IDictionary<string, object> labels, IDictionary<string, object> limits)
        {
            Server = server;
            Provider = provider;
            Bundle = bundle;
            Resumed = resumed;
            Speaks = speaks;
            Capabilities = capabilities;
            Labels = labels;
            Limits = limits;
        }

        public override string Type { get { return "welcome"; } }

        internal static Welcome Read(Fields fields)
        {
            return new Welcome(
                fields.Text("server", 256),
                fields.Text("provider", 64),
                fields.Text("bundle", 256),
                fields.RequiredFlag("resumed"),
                fields.Text("version", 16),
                fields.Texts("capabilities", 64, 64, true),
                ReadLabels(fields),
                fields.Integers("limits", 64));
        }

        private static Dictionary<string, object> ReadLabels(Fields fields)
        {
            Fields heads = fields.Inside("labels");
            var labels = new Dictionary<string, object>();
            foreach (string head in fields.Map("labels", 64).Keys)
            {
                labels.Add(head, heads.Texts(head, 1024, 64));
            }
            return labels;
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

    /// <summary>The NPC stands; `Name` is its name on the card.</summary>
    public sealed class Spawned : Message
    {
        public readonly string Npc;
        public readonly string Name;

        public Spawned(string npc, string name)
        {
            Npc = npc;
            Name = name;
        }

        public override string Type { get { return "spawned"; } }

        internal static Spawned Read(Fields fields, Limits limits)
        {
            return new Spawned(fields.Name("npc", limits), fields.Text("name", 256));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("npc", Npc);
            fields.Add("name", Name);
        }
    }

    /// <summary>These utterances are in safe hands; their decisions follow.</summary>
    public sealed class Ack : Message
    {
        public readonly string[] Utterances;

        public Ack(string[] utterances)
        {
            Utterances = utterances;
        }

        public override string Type { get { return "ack"; } }

        internal static Ack Read(Fields fields, Limits limits)
        {
            return new Ack(fields.Texts("utterances", limits.Utterances, limits.Name));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("utterances", Utterances);
        }
    }

    /// <summary>
    /// Something about an NPC that no observation waits for. `Kind` says what (`card`: its card was edited); ignore
    /// kinds that you do not know. `More` says that a longer text follows and takes the place of this one.
    /// </summary>
    public sealed class Notice : Message
    {
        public readonly string Npc;
        public readonly string Kind;
        public readonly string Text;
        public readonly string UtteranceId;
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

        internal static Notice Read(Fields fields, Limits limits)
        {
            return new Notice(
                fields.Name("npc", limits),
                fields.Text("kind", 64),
                fields.Text("text", limits.Header, ""),
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

    /// <summary>
    /// What was refused, why, and what to do. `Seq`, `Npc` and `Utterance` say what it belongs to, as far as
    /// that is known.
    /// </summary>
    public sealed class Error : Message
    {
        public readonly string Code;
        public readonly string Text;
        public readonly string Fix;
        public readonly long? Seq;
        public readonly string Npc;
        public readonly string Utterance;

        public Error(string code, string text, string fix = "", long? seq = null, string npc = null,
                     string utterance = null)
        {
            Code = code;
            Text = text;
            Fix = fix;
            Seq = seq;
            Npc = npc;
            Utterance = utterance;
        }

        public override string Type { get { return "error"; } }

        public override string ToString()
        {
            return Code + ": " + Text + (Fix.Length > 0 ? " " + Fix : "");
        }

        internal static Error Read(Fields fields, Limits limits)
        {
            return new Error(
                fields.Text("code", 64),
                fields.Text("message", limits.Header),
                fields.Text("fix", limits.Header, ""),
                fields.Has("seq") ? fields.Integer("seq", Fields.MaxInteger) : (long?)null,
                fields.Has("npc") ? fields.Text("npc", limits.Name) : null,
                fields.Has("utterance") ? fields.Text("utterance", limits.Name) : null);
        }

        internal override void Fill(Map fields)
        {
            fields.Add("code", Code);
            fields.Add("message", Text);
            fields.Add("fix", Fix);
            fields.Add("seq", Seq);
            fields.Add("npc", Npc);
            fields.Add("utterance", Utterance);
        }
    }
}
