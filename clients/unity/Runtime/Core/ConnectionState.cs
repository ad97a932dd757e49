namespace NpcEngine
{
    /// <summary>How things stand between a client and its server.</summary>
    public enum ConnectionState
    {
        /// <summary>Nobody answers; the client looks for the server for ever.</summary>
        Away,

        /// <summary>A connection stands, the server has not welcomed us yet.</summary>
        Greeting,

        Connected,

        /// <summary>The server does not want us: <see cref="NpcClient.Refusal"/> says why. It is asked again.</summary>
        Refused,

        Closed,
    }
}
