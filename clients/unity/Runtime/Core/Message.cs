using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>One message of protocol 1.0, as docs/protocol.md describes it.</summary>
    public abstract class Message
    {
        public const string Version = "1.0";

        /// <summary>The name on the wire.</summary>
        public abstract string Type { get; }

        /// <summary>Adds the fields in the order of the specification; nulls are left out.</summary>
        internal virtual void Fill(Map fields)
        {
        }
    }

    /// <summary>Either way. From a client it ends the session; from a server it means: come back later.</summary>
    public sealed class Bye : Message
    {
        public override string Type { get { return "bye"; } }
    }

    /// <summary>Either way: are you there? The id comes back in the pong.</summary>
    public sealed class Ping : Message
    {
        public readonly long Id;

        public Ping(long id)
        {
            Id = id;
        }

        public override string Type { get { return "ping"; } }

        internal static Ping Read(Fields fields)
        {
            return new Ping(fields.Integer("id", Fields.MaxInteger));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("id", Id);
        }
    }

    /// <summary>Server to client: I am. The counters count this session's traffic.</summary>
    public sealed class Pong : Message
    {
        public readonly long Id;
        public readonly IDictionary<string, object> Counters;

        public Pong(long id, IDictionary<string, object> counters)
        {
            Id = id;
            Counters = counters;
        }

        public override string Type { get { return "pong"; } }

        internal static Pong Read(Fields fields)
        {
            return new Pong(fields.Integer("id", Fields.MaxInteger), fields.Integers("counters", 64, true));
        }

        internal override void Fill(Map fields)
        {
            fields.Add("id", Id);
            fields.Add("counters", Counters);
        }
    }
}
