namespace NpcEngine.Tests
{
    internal static class InboxChecks
    {
        public static void the_oldest_wordless_decision_gives_way_and_answers_never_do()
        {
            var inbox = new Inbox(2);
            inbox.Add(new Decision("mira", 1, "greet", "happy", "u1"));
            for (long seq = 2; seq < 6; seq++)
            {
                inbox.Add(new Decision("mira", seq, "idle", "neutral"));
            }
            Checks.Equal(1L, inbox.TakeDecision().Seq);
            Checks.Equal(4L, inbox.TakeDecision().Seq);
            Checks.Equal(5L, inbox.TakeDecision().Seq);
            Checks.Equal(null, inbox.TakeDecision());
            Checks.Equal(2L, inbox.Dropped);
        }

        public static void errors_are_bounded_too()
        {
            var inbox = new Inbox(1);
            inbox.Add(new Error("first", ""));
            inbox.Add(new Error("second", ""));
            Checks.Equal("second", inbox.TakeError().Code);
            Checks.Equal(null, inbox.TakeError());
        }

        public static void buffers_of_the_same_size_are_used_again()
        {
            var buffers = new FrameBuffers();
            byte[] first = buffers.Rent(12);
            buffers.Return(first);
            Checks.True(ReferenceEquals(first, buffers.Rent(12)));
            Checks.Equal(8, buffers.Rent(8).Length);
        }
    }
}
