namespace NpcEngine
{
    public sealed partial class Decision
    {
        /// <summary>Made by an <see cref="IFallback"/> because the server is away.</summary>
        public bool Offline { get; set; }
    }
}
