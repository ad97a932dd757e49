namespace NpcEngine
{
    /// <summary>
    /// Decides in the server's place while it is away, so that the game asks one question and never whether somebody is
    /// connected.
    /// </summary>
    public interface IFallback
    {
        /// <summary>What the NPC does.</summary>
        /// <param name="heard">What it was told; empty where the server has just gone away.</param>
        Decision Decide(string npc, string heard);
    }

    /// <summary>Does one thing, and says its lines in turn when spoken to.</summary>
    public sealed class RoutineFallback : IFallback
    {
        private readonly string _action;
        private readonly string[] _lines;
        private int _next;

        public RoutineFallback(string action = "idle", params string[] lines)
        {
            _action = action;
            _lines = lines;
        }

        public Decision Decide(string npc, string heard)
        {
            bool speaks = heard.Length > 0 && _lines.Length > 0;
            string line = speaks ? _lines[_next++ % _lines.Length] : "";
            return new Decision(npc, 0, _action, "neutral", null, null, line, 1, "The server is away.") { Offline = true };
        }
    }
}
