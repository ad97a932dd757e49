using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>What a server takes at most, in bytes, characters or entries. The welcome tells the server's own.</summary>
    public sealed class Limits
    {
        public readonly int Header;
        public readonly int Frame;
        public readonly int Side;
        public readonly int Name;
        public readonly int Text;
        public readonly int Phrase;
        public readonly int Watch;
        public readonly int State;
        public readonly int Entities;
        public readonly int Npcs;
        public readonly int Utterances;

        public static readonly Limits Default = new Limits(new Dictionary<string, object>());

        /// <summary>What a client accepts: a header may be longer than what it may send.</summary>
        public static readonly Limits Replies = new Limits(new Dictionary<string, object> { { "header", 1L << 20 } });

        /// <param name="told">The `limits` of a welcome; what it leaves out has its default.</param>
        public Limits(IDictionary<string, object> told)
        {
            Header = Of(told, "header", 64 * 1024);
            Frame = Of(told, "frame", 16 * 1024 * 1024);
            Side = Of(told, "side", 4096);
            Name = Of(told, "name", 64);
            Text = Of(told, "text", 1000);
            Phrase = Of(told, "phrase", 100);
            Watch = Of(told, "watch", 32);
            State = Of(told, "state", 64);
            Entities = Of(told, "entities", 64);
            Npcs = Of(told, "npcs", 256);
            Utterances = Of(told, "utterances", 64);
        }

        private static int Of(IDictionary<string, object> told, string name, int usual)
        {
            object value;
            bool known = told.TryGetValue(name, out value) && value is long && (long)value > 0 && (long)value <= int.MaxValue;
            return known ? (int)(long)value : usual;
        }
    }
}
