namespace NpcEngine
{
    /// <summary>
    /// Whether the game should count on the server, with hysteresis: a short gap changes nothing, and a server that comes
    /// and goes must stay for a while before NPCs turn to it again. Times are seconds on any monotonic clock.
    /// </summary>
    public sealed class Presence
    {
        private readonly double _patience;
        private readonly double _proof;
        private double _changedAt;
        private bool _connected;
        private bool _started;

        /// <param name="patience">Seconds without the server before NPCs fall back.</param>
        /// <param name="proof">Seconds with the server before they return to it.</param>
        public Presence(double patience = 2, double proof = 1)
        {
            _patience = patience;
            _proof = proof;
            Online = true; // a game that starts gives the server its time
        }

        /// <summary>Count on the server.</summary>
        public bool Online { get; private set; }

        /// <summary>Tell how things stand; true where <see cref="Online"/> changed.</summary>
        public bool Update(bool connected, double now)
        {
            if (!_started || connected != _connected)
            {
                _started = true;
                _connected = connected;
                _changedAt = now;
            }
            bool settled = now - _changedAt >= (connected ? _proof : _patience);
            if (!settled || Online == connected)
            {
                return false;
            }
            Online = connected;
            return true;
        }
    }
}
