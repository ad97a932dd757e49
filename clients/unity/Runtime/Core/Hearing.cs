namespace NpcEngine
{
    /// <summary>
    /// What one microphone hears, from one press of a button to its release, or for as long as it is open. A client makes it
    /// (<see cref="NpcClient.Listen"/>) and takes its sound.
    /// </summary>
    public sealed class Hearing
    {
        public readonly string Id;

        /// <summary>Who is spoken to.</summary>
        public readonly string[] To;

        /// <summary>Who speaks.</summary>
        public readonly string Speaker;

        /// <summary>Samples a second.</summary>
        public readonly int Rate;

        /// <summary>An open microphone, of which each line is told; else push to talk, one line.</summary>
        public readonly bool Open;

        /// <summary>Lines are said by the client itself; else the game says them (<see cref="NpcClient.Say(Heard, string[], Frame, string, System.Collections.Generic.IDictionary{string, object}, double?, bool)"/>).</summary>
        public readonly bool Says;

        internal long Pieces;
        internal bool Ended;

        internal Hearing(string id, string[] to, int rate, bool open, string speaker, bool says)
        {
            Id = id;
            To = to;
            Rate = rate;
            Open = open;
            Speaker = speaker;
            Says = says;
            Text = "";
        }

        /// <summary>The words so far, of the line that is being spoken; then the line.</summary>
        public string Text { get; internal set; }

        /// <summary>Nothing more is taken, or comes.</summary>
        public bool Over { get; internal set; }
    }
}
