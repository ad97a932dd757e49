namespace NpcEngine.Tests
{
    internal static class FallbackChecks
    {
        public static void a_short_gap_changes_nothing()
        {
            var presence = new Presence(2, 1);
            presence.Update(true, 0);
            Checks.True(!presence.Update(false, 1));
            Checks.True(!presence.Update(false, 2.9));
            Checks.True(!presence.Update(true, 3));
            Checks.True(presence.Online);
        }

        public static void a_long_gap_sends_npcs_to_their_routine_and_a_steady_server_brings_them_back()
        {
            var presence = new Presence(2, 1);
            presence.Update(false, 0);
            Checks.True(presence.Update(false, 2));
            Checks.True(!presence.Online);
            Checks.True(!presence.Update(true, 3));
            Checks.True(!presence.Update(true, 3.9));
            Checks.True(presence.Update(true, 4));
            Checks.True(presence.Online);
        }

        public static void a_server_that_comes_and_goes_is_not_counted_on()
        {
            var presence = new Presence(2, 1);
            presence.Update(false, 0);
            presence.Update(false, 2);
            for (double now = 3; now < 20; now += 1)
            {
                presence.Update(true, now);
                presence.Update(false, now + 0.5);
            }
            Checks.True(!presence.Online);
        }

        public static void the_routine_says_its_lines_in_turn_and_only_when_spoken_to()
        {
            var fallback = new RoutineFallback("stay", "Hm.", "Later.");
            Checks.Equal("", fallback.Decide("mira", "").Line);
            Checks.Equal("Hm.", fallback.Decide("mira", "hello").Line);
            Checks.Equal("Later.", fallback.Decide("mira", "hello").Line);
            Checks.Equal("Hm.", fallback.Decide("mira", "hello").Line);
            Checks.True(fallback.Decide("mira", "").Offline);
        }
    }
}
