using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>What a server takes at most, in bytes, characters or entries. The welcome tells the server's own.</summary>
    public sealed partial class Limits
    {
        public static readonly Limits Default = new Limits(new Dictionary<string, object>());

        /// <summary>What a client accepts: a header may be longer than what it may send.</summary>
        public static readonly Limits Replies =
            new Limits(new Dictionary<string, object> { { "header", (long)ReplyHeader } });

        private static int Of(IDictionary<string, object> told, string name, int usual)
        {
            object value;
            bool known = told.TryGetValue(name, out value) && value is long && (long)value > 0 && (long)value <= int.MaxValue;
            return known ? (int)(long)value : usual;
        }
    }
}
