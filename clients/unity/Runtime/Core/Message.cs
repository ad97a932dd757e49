namespace NpcEngine
{
    /// <summary>One message of the protocol, as docs/protocol.md describes it.</summary>
    public abstract class Message
    {
        /// <summary>The name on the wire.</summary>
        public abstract string Type { get; }

        /// <summary>What goes beside the header, or null.</summary>
        internal virtual byte[] Part
        {
            get { return null; }
        }

        /// <summary>Adds the fields in the order of the specification; nulls are left out.</summary>
        internal virtual void Fill(Map fields)
        {
        }
    }

    public sealed partial class Error
    {
        public override string ToString()
        {
            return Code + ": " + Text + (Fix.Length > 0 ? " " + Fix : "");
        }
    }

    public sealed partial class Observe
    {
        /// <summary>The same for fewer NPCs: those who have not decided yet.</summary>
        internal Observe For(string[] npcs)
        {
            var said = new Utterance(Utterance.Id, Utterance.Text, npcs, Utterance.Speaker);
            return new Observe(Seq, npcs, Frame, said, State, CapturedAt, Inspect);
        }
    }
}
