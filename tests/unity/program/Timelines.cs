using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace NpcEngine.Tests
{
    /// <summary>
    /// Plays timelines: each line is a time and what happens then. `new` begins one; `connect`, `spawn NPC PERSONA`,
    /// `despawn NPC`, `look PHRASE PICTURES`, `say ID NPCS TEXT`, `show NPCS MSGPACK` and `hear MSGPACK TIMES` do it; `sends` answers with the
    /// parts of all that has left, `greeted` with 1 or 0, `told` with the number of decisions and the codes of errors.
    /// </summary>
    internal static class Timelines
    {
        private static Session _session;
        private static string _id;
        private static Hearing _hearing;

        public static int Run()
        {
            string line;
            while ((line = Console.In.ReadLine()) != null)
            {
                string[] words = line.Split(' ');
                string answer = Play(double.Parse(words[0], CultureInfo.InvariantCulture), words);
                if (answer != null)
                {
                    Console.Out.WriteLine(answer);
                }
            }
            return 0;
        }

        private static string Play(double now, string[] words)
        {
            switch (words[1])
            {
                case "new": _id = "session"; _session = new Session("village", newId: () => _id); return null;
                case "connect": _session.Connected(now); return null;
                case "spawn": _session.Spawn(words[2], words[3], null); return null;
                case "despawn": _session.Despawn(words[2]); return null;
                case "look":
                    var pictures = new Frame[int.Parse(words[3])];
                    for (int i = 0; i < pictures.Length; i++)
                    {
                        pictures[i] = new Frame(new byte[] { 255, 0, 0 }, 1, 1);
                    }
                    _session.Look(words[2], pictures);
                    return null;
                case "say":
                    _id = words[2];
                    _session.Say(words[3].Split(','), words[4], "player", null, null, null, false);
                    return null;
                case "show":
                    var state = (IDictionary<string, object>)MsgPackReader.Unpack(CodecLines.Bytes(words[3]));
                    _session.Show(words[2].Split(','), null, state, null, false);
                    return null;
                case "hear":
                    for (int i = 0; i < int.Parse(words[3]); i++)
                    {
                        _session.Take(new[] { CodecLines.Bytes(words[2]) }, now);
                    }
                    return null;
                case "listen":
                    _id = words[2];
                    _hearing = _session.Listen(words[3].Split(','), 16000, words[4] == "True", "player", true);
                    return null;
                case "put": _session.Put(_hearing, CodecLines.Bytes(words[2]), null); return null;
                case "release": _session.Release(_hearing); return null;
                case "drop": _session.Drop(_hearing); return null;
                case "speak":
                    _id = words[2];
                    _session.Speak(words[3], words[4], "", "");
                    return null;
                case "plays": return Played();
                case "sends": return Sent(now);
                case "greeted": return _session.Greeted ? "1" : "0";
                default: return Told();
            }
        }

        private static string Sent(double now)
        {
            var sent = new StringBuilder("sent");
            for (Message message = _session.Next(now); message != null; message = _session.Next(now))
            {
                sent.Append(' ').Append(string.Join(",", Array.ConvertAll(Codec.Encode(message), CodecLines.Hex)));
            }
            return sent.ToString();
        }

        private static string Played()
        {
            var played = new StringBuilder("played");
            for (Message message = _session.TakeSound(); message != null; message = _session.TakeSound())
            {
                var sound = message as Sound;
                played.Append(sound != null ? " " + sound.Speech + "/" + sound.Piece : " " + ((Hush)message).Speech + "/hush");
            }
            return played.ToString();
        }

        private static string Told()
        {
            int decisions = 0;
            while (_session.Inbox.TakeDecision() != null)
            {
                decisions++;
            }
            var told = new StringBuilder(decisions.ToString(CultureInfo.InvariantCulture));
            for (Error error = _session.Inbox.TakeError(); error != null; error = _session.Inbox.TakeError())
            {
                told.Append(' ').Append(error.Code);
            }
            return told.ToString();
        }
    }
}
