using System;

namespace NpcEngine
{
    /// <summary>
    /// Something that cannot be sent, understood or had. <see cref="Code"/> names the kind (docs/protocol.md),
    /// the message is one sentence, and <see cref="Fix"/> says what to do.
    /// </summary>
    public sealed class ProtocolException : Exception
    {
        public readonly string Code;
        public readonly string Fix;

        public ProtocolException(string code, string message, string fix = "See docs/protocol.md.") : base(message)
        {
            Code = code;
            Fix = fix;
        }

        public override string ToString()
        {
            return Code + ": " + Message + (Fix.Length > 0 ? " " + Fix : "");
        }
    }
}
