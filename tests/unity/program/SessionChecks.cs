using System.Collections.Generic;

namespace NpcEngine.Tests
{
    /// <summary>The session with a clock in the test's hand, and a server that is played here.</summary>
    internal static class SessionChecks
    {
        private static readonly Dictionary<string, object> Nothing = new Dictionary<string, object>();

        public static void hello_comes_first_and_is_repeated_until_the_welcome()
        {
            var session = new Session("test");
            session.Connected(0);
            Checks.Equal("hello", Sent(session, 0));
            Checks.Equal("", Sent(session, 0.4));
            Checks.Equal("hello", Sent(session, 0.5));
            Welcome(session, 0.6);
            Checks.Equal("ping", Sent(session, 1));
        }

        public static void nothing_is_sent_without_a_connection()
        {
            Session session = Standing("mira");
            session.Say(new[] { "mira" }, "hello", "player", null, null, null, false);
            session.Disconnected();
            Checks.Equal("", Sent(session, 100));
        }

        public static void an_npc_that_was_spawned_early_is_introduced_after_the_welcome()
        {
            var session = new Session("test");
            session.Spawn("mira", "healer", null);
            session.Connected(0);
            Checks.Equal("hello", Sent(session, 0));
            Welcome(session, 0);
            Checks.Equal("ping spawn", Sent(session, 0));
            session.Take(Codec.Encode(new Spawned("mira", "Mira")), 0);
            Checks.Equal("Mira", session.NameOf("mira"));
        }

        public static void the_newest_frame_takes_the_place_of_one_that_waits()
        {
            Session session = Standing("mira");
            var released = new List<byte[]>();
            Frame older = Picture(released), newer = Picture(released);
            session.Show(new[] { "mira" }, older, null, null, false);
            older.Release();
            session.Show(new[] { "mira" }, newer, null, null, false);
            Checks.Equal(newer, ((Observe)session.Next(0)).Frame);
            Checks.Equal<Message>(null, session.Next(0));
            Checks.Equal(1, released.Count);
            Checks.True(ReferenceEquals(older.Pixels, released[0]));
            Checks.Equal(1L, session.Superseded);
        }

        public static void views_of_different_npcs_take_turns()
        {
            Session session = Standing("mira", "bram");
            session.Show(new[] { "mira" }, Picture(null), null, null, false);
            session.Show(new[] { "bram" }, Picture(null), null, null, false);
            session.Show(new[] { "mira" }, Picture(null), null, null, false);
            Checks.Equal("mira", ((Observe)session.Next(0)).Npcs[0]);
            Checks.Equal("bram", ((Observe)session.Next(0)).Npcs[0]);
        }

        public static void pixels_are_handed_back_when_nobody_needs_them_any_more()
        {
            Session session = Standing("mira", "bram");
            var released = new List<byte[]>();
            Frame shared = Picture(released);
            session.Show(new[] { "mira" }, shared, null, null, false);
            session.Show(new[] { "bram" }, shared, null, null, false);
            session.Spawn("odo", "merchant", null);
            session.Show(new[] { "odo" }, shared, null, null, false); // does not stand yet
            shared.Release();
            Checks.Equal(0, released.Count);
            session.Disconnected();
            Checks.Equal(1, released.Count);
        }

        public static void the_game_may_change_its_state_after_it_was_told()
        {
            Session session = Standing("mira");
            var state = new Dictionary<string, object> { { "near", "well" } };
            session.Show(new[] { "mira" }, null, state, null, false);
            state.Clear();
            Checks.Equal(1, ((Observe)session.Next(0)).State.Count);
        }

        public static void what_is_said_without_a_time_happens_at_that_of_the_frames()
        {
            Session session = Standing("mira");
            string[] mira = { "mira" };
            session.Show(mira, null, null, 12.5, false);
            Checks.Equal<double?>(12.5, ((Observe)session.Next(0)).CapturedAt);
            session.Say(mira, "hello", "player", null, null, null, false);
            Checks.Equal<double?>(12.5, ((Observe)session.Next(0)).CapturedAt);
            session.GameTime = 13;
            session.Show(mira, null, null, null, false);
            Checks.Equal<double?>(13, ((Observe)session.Next(0)).CapturedAt);
        }

        public static void a_game_that_tells_no_time_leaves_it_to_the_server()
        {
            Session session = Standing("mira");
            session.Show(new[] { "mira" }, null, null, null, false);
            Checks.Equal<double?>(null, ((Observe)session.Next(0)).CapturedAt);
        }

        public static void half_a_character_is_refused_with_its_cure()
        {
            Session session = Standing("mira");
            string[] mira = { "mira" };
            ProtocolException refused = Checks.Throws<ProtocolException>(
                () => session.Say(mira, "hello \ud83d", "player", null, null, null, false));
            Checks.Equal("field", refused.Code);
            Checks.True(refused.ToString().Contains("half a character"));
            var state = new Dictionary<string, object> { { "bag", new List<object> { "\ude00" } } };
            Checks.Throws<ProtocolException>(() => session.Show(mira, null, state, null, false));
            Checks.Throws<ProtocolException>(() => session.Spawn("odo\ud83d", "guard", null));
            Checks.Throws<ProtocolException>(() => session.Spawn("odo", "guard", new[] { "wolf \ud83d" }));
            Checks.Throws<ProtocolException>(() => new Session("village \ud83d"));
            session.Say(mira, "hello \ud83d\ude00", "player", null, null, null, false);
            Checks.Equal("observe", Sent(session, 0));
        }

        public static void what_a_hostile_server_says_becomes_an_error()
        {
            Session session = Standing("mira");
            var deep = new byte[30000];
            for (int i = 0; i < deep.Length; i++)
            {
                deep[i] = 0x91;
            }
            byte[][][] said =
            {
                new byte[0][], new[] { new byte[] { 0xc1 } }, new[] { new byte[] { 0xdf, 0xff, 0xff, 0xff, 0xff } }, new[] { deep },
                new[] { new byte[(1 << 20) + 1] }, new[] { new byte[] { 0x07 } },
            };
            foreach (byte[][] parts in said)
            {
                session.Take(parts, 0);
                Checks.True(session.Inbox.TakeError() != null);
            }
            Checks.True(session.Greeted);
        }

        public static void an_utterance_is_repeated_until_it_is_acknowledged_and_then_until_it_is_decided()
        {
            Session session = Standing("mira");
            string id = session.Say(new[] { "mira" }, "hello", "player", null, null, null, false);
            Checks.Equal("observe", Sent(session, 0));
            Checks.Equal("", Sent(session, 0.4));
            Checks.Equal("observe", Sent(session, 0.5));
            session.Take(Codec.Encode(new Ack(new[] { id })), 0.5);
            Checks.Equal("ping", Sent(session, 1));
            session.Take(Codec.Encode(new Pong(1, Nothing)), 3);
            Checks.Equal("ping", Sent(session, 5.4));
            Checks.Equal("observe", Sent(session, 5.5));
            session.Take(Codec.Encode(Answer(id, "mira")), 5.6);
            Checks.Equal(0, session.Pending);
        }

        public static void only_those_who_have_not_decided_are_asked_again()
        {
            Session session = Standing("mira", "bram");
            string id = session.Say(new[] { "mira", "bram" }, "hello", "player", null, null, null, false);
            session.Next(0);
            session.Take(Codec.Encode(Answer(id, "mira")), 0.1);
            Checks.Equal("bram", string.Join(" ", ((Observe)session.Next(0.6)).Utterance.To));
        }

        public static void a_decision_that_comes_twice_is_taken_once()
        {
            Session session = Standing("mira");
            string id = session.Say(new[] { "mira" }, "hello", "player", null, null, null, false);
            session.Take(Codec.Encode(Answer(id, "mira")), 0);
            session.Take(Codec.Encode(Answer(id, "mira")), 0);
            Checks.Equal(1, session.Inbox.Count);
        }

        public static void a_server_that_forgot_us_is_told_everything_again()
        {
            Session session = Standing("mira");
            session.Say(new[] { "mira" }, "hello", "player", null, null, null, false);
            Checks.Equal("observe", Sent(session, 0));
            session.Take(Codec.Encode(new Error("hello_required", "Who?")), 0.6);
            Checks.Equal("hello", Sent(session, 0.6));
            Welcome(session, 0.7);
            Checks.Equal("spawn observe", Sent(session, 0.7));
        }

        public static void an_npc_that_left_and_came_back_is_a_new_one_after_a_reconnection()
        {
            Session session = Standing("mira");
            session.Despawn("mira");
            session.Spawn("mira", "healer", null);
            session.Connected(1);
            Checks.Equal("hello", Sent(session, 1));
            Welcome(session, 1, true);
            Checks.Equal("ping despawn spawn", Sent(session, 1));
        }

        public static void silence_means_that_the_server_is_away()
        {
            Session session = Standing("mira");
            session.Next(3.6);
            Checks.True(!session.Greeted);
        }

        public static void busy_keeps_the_utterance_and_other_refusals_drop_it()
        {
            Session session = Standing("mira");
            string id = session.Say(new[] { "mira" }, "hello", "player", null, null, null, false);
            session.Take(Codec.Encode(new Error("busy", "Later.", "", 1, null, id)), 0);
            Checks.Equal(1, session.Pending);
            session.Take(Codec.Encode(new Error("field", "No.", "", 1, null, id)), 0);
            Checks.Equal(0, session.Pending);
            Checks.Equal("field", session.Inbox.TakeError().Code);
        }

        public static void nothing_overtakes_words_that_were_put_off()
        {
            Session session = Standing("mira");
            string[] mira = { "mira" };
            string first = session.Say(mira, "first", "player", null, null, null, false);
            Checks.Equal("observe", Sent(session, 0));
            session.Take(Codec.Encode(new Error("busy", "Later.", "", 1, null, first)), 0);
            session.Say(mira, "second", "player", null, null, null, false);
            Checks.Equal("", Sent(session, 0.05));
            Checks.Equal("first", ((Observe)session.Next(0.1)).Utterance.Text);
            Checks.Equal("", Sent(session, 0.15));
            session.Take(Codec.Encode(new Ack(new[] { first })), 0.15);
            Checks.Equal("second", ((Observe)session.Next(0.15)).Utterance.Text);
        }

        public static void a_refused_npc_does_not_stand_and_is_not_asked_for_again()
        {
            var session = new Session("test");
            session.Spawn("mira", "nobody", null);
            session.Connected(0);
            session.Next(0);
            Welcome(session, 0);
            Sent(session, 0);
            session.Take(Codec.Encode(new Error("persona_unknown", "Who?", "", null, "mira")), 0);
            Checks.True(!session.Knows("mira"));
            Checks.Equal("unknown_npc", Checks.Throws<ProtocolException>(
                () => session.Say(new[] { "mira" }, "hello", "player", null, null, null, false)).Code);
            Checks.Equal("unknown_npc", Checks.Throws<ProtocolException>(
                () => session.Show(new[] { "mira" }, null, null, null, false)).Code);
        }

        public static void an_npc_that_was_never_spawned_is_refused_before_the_server_is_there()
        {
            var session = new Session("test");
            ProtocolException refused = Checks.Throws<ProtocolException>(
                () => session.Show(new[] { "odo" }, null, null, null, false));
            Checks.Equal("unknown_npc: There is no NPC 'odo'. Spawn it first.", refused.ToString());
        }

        public static void boxes_in_pixels_are_refused_here()
        {
            Session session = Standing("mira");
            var pixels = new Dictionary<string, double[]> { { "wolf", new double[] { 210, 96, 250, 127 } } };
            var frame = new Frame(new byte[3], 1, 1, entities: pixels);
            ProtocolException refused = Checks.Throws<ProtocolException>(
                () => session.Show(new[] { "mira" }, frame, null, null, false));
            Checks.Equal("field", refused.Code);
            Checks.True(refused.ToString().Contains("wolf` looks like pixels. Send left, top, right, bottom as fractions"));
        }

        public static void a_server_that_refuses_us_is_asked_seldom_and_complained_of_once()
        {
            var session = new Session("test", "wrong");
            session.Connected(0);
            session.Next(0);
            session.Take(Codec.Encode(new Error("token", "No.")), 0);
            Checks.Equal("", Sent(session, 59));
            Checks.Equal("hello", Sent(session, 60));
            session.Take(Codec.Encode(new Error("token", "No.")), 60);
            Checks.Equal("token", session.Inbox.TakeError().Code);
            Checks.Equal(null, session.Inbox.TakeError());
            Checks.Equal("token", session.Refusal.Code);
        }

        public static void what_the_server_would_refuse_is_refused_here()
        {
            Session session = Standing("mira");
            string[] mira = { "mira" };
            Checks.Equal("field", Checks.Throws<ProtocolException>(
                () => session.Say(mira, new string('x', 1001), "player", null, null, null, false)).Code);
            Checks.Equal("frame_size", Checks.Throws<ProtocolException>(
                () => session.Show(mira, new Frame(new byte[5], 1, 2), null, null, false)).Code);
            Checks.Equal("field", Checks.Throws<ProtocolException>(() => session.Spawn("a\nb", "healer", null)).Code);
        }

        public static void more_words_than_a_server_takes_are_busy()
        {
            Session session = Standing("mira");
            for (int i = 0; i < 64; i++)
            {
                session.Say(new[] { "mira" }, "hello", "player", null, null, null, false);
            }
            Checks.Equal("busy", Checks.Throws<ProtocolException>(
                () => session.Say(new[] { "mira" }, "hello", "player", null, null, null, false)).Code);
        }

        private static Session Standing(params string[] npcs)
        {
            var session = new Session("test");
            session.Connected(0);
            session.Next(0);
            Welcome(session, 0);
            Sent(session, 0);
            foreach (string npc in npcs)
            {
                session.Spawn(npc, "healer", null);
                session.Next(0);
                session.Take(Codec.Encode(new Spawned(npc, npc)), 0);
            }
            return session;
        }

        private static void Welcome(Session session, double now, bool resumed = false)
        {
            session.Take(Codec.Encode(new Welcome("s", "p", "b", resumed)), now);
        }

        private static Decision Answer(string id, string npc)
        {
            return new Decision(npc, 1, "greet", "happy", id);
        }

        private static Frame Picture(List<byte[]> released)
        {
            return new Frame(new byte[3], 1, 1, "rgb", false, pixels => released?.Add(pixels));
        }

        /// <summary>The types of all that is due.</summary>
        private static string Sent(Session session, double now)
        {
            var types = new List<string>();
            for (Message message = session.Next(now); message != null; message = session.Next(now))
            {
                types.Add(message.Type);
            }
            return string.Join(" ", types);
        }
    }
}
