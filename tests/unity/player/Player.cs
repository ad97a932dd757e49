using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using UnityEngine;

namespace NpcEngine.Tests
{
    /// <summary>
    /// Plays scenes with the real components, and prints what
    /// happens, one word and its text a line.
    /// </summary>
    internal static class Player
    {
        private static NpcBrain _brain;

        private static int Main(string[] arguments)
        {
            UnityEngine.Application.persistentDataPath = arguments[2];
            UnityEngine.Application.streamingAssetsPath = arguments[1];
            switch (arguments[0])
            {
                case "talk": Talk(arguments[1]); break;
                case "fallback": FallBack(arguments[1]); break;
                case "blind":
                    UnityEngine.Scene.Draws = false;
                    Answer(arguments[1]);
                    break;
                case "reworded": Reworded(arguments[1]); break;
                case "aloud": Aloud(arguments[1]); break;
                case "sample": Sample(arguments[1]); break;
                case "mute": Mute(arguments[1]); break;
                case "sale": Sale(arguments[1]); break;
                case "record": Record(arguments[1]); break;
                case "served": Served(arguments[1]); break;
            }
            NpcClient.CloseAll();
            ServerProcess.CloseAll();
            return 0;
        }

        /// <summary>Twice, as somebody does who presses Play, Stop and Play.</summary>
        private static void Talk(string endpoint)
        {
            for (int play = 0; play < 2; play++)
            {
                Answer(endpoint);
                FramesUntil(() => _brain.Last.UtteranceId == null);
                Say("saw", _brain.Last.CapturedAt.HasValue.ToString());
                Ray ray;
                bool aims = _brain.TryAim(new Decision("mira", 1, "go_to", "happy", null, new Target(0.25, 0.25, 1)), out ray);
                Say("aims", aims + " " + (ray.origin.y == 0.75f));
                UnityEngine.Scene.End();
                Say("log", string.Join("; ", UnityEngine.Scene.Log));
            }
        }

        /// <summary>What a microphone hears is answered aloud, and subtitles follow the sound.</summary>
        private static void Aloud(string endpoint)
        {
            Microphone.devices = new[] { "headset" };
            Build(endpoint);
            var body = _brain.gameObject;
            body.AddComponent<AudioSource>();
            var voice = body.AddComponent<NpcVoice>();
            voice.Subtitle.AddListener(text => Say("subtitle", text));
            voice.Shape.AddListener(shape => Say("shape", shape));
            var microphone = body.AddComponent<NpcMicrophone>();
            microphone.Words.AddListener(text => Say("words", text));
            microphone.Failed.AddListener(text => Say("failed", text));
            string asked = null; // not only `Last`: what is decided about a frame may come in the same Update
            _brain.Decided.AddListener(decision => asked = decision.UtteranceId ?? asked);
            FramesUntil(() => NpcConnection.Current.Client.HasVoice);
            microphone.Begin();
            for (int i = 0; i < 20; i++) // goes round in its ring
            {
                Microphone.Speak(new float[1600]);
                UnityEngine.Scene.Frame();
            }
            microphone.End();
            FramesUntil(() => asked != null && voice.Player.Speaking);
            Say("asked", asked.EndsWith(".0").ToString());
            MethodInfo filter = typeof(NpcVoice).GetMethod("OnAudioFilterRead", BindingFlags.Instance | BindingFlags.NonPublic);
            double heard = 0;
            FramesUntil(() =>
            {
                float[] data = Enumerable.Repeat(0.5f, 2 * 441).ToArray();
                filter.Invoke(voice, new object[] { data, 2 });
                heard += data.Sum(sample => Math.Abs(sample));
                return !voice.Player.Speaking;
            });
            Say("loud", (heard > 0).ToString());
            _brain.Say("hello");
            FramesUntil(() => voice.Player.Speaking);
            FramesUntil(() => !voice.Player.Speaking); // nobody asks for its samples any more
            Say("log", string.Join("; ", UnityEngine.Scene.Log));
        }

        /// <summary>The sample, as somebody plays it who holds its button and speaks.</summary>
        private static void Sample(string endpoint)
        {
            Microphone.devices = new[] { "headset" };
            Camera.main = new GameObject("eye").AddComponent<Camera>();
            var line = new GameObject("line");
            line.SetActive(false);
            line.AddComponent<NpcConnection>().Configure(endpoint, patience: 0.2f);
            line.SetActive(true);
            var sample = new GameObject("room").AddComponent<BasicNpc>();
            UnityEngine.Scene.Begin(sample);
            FramesUntil(() => NpcConnection.Current.Client.HasVoice);
            GUI.Held = true;
            FramesUntil(() => Microphone.Clip != null);
            for (int i = 0; i < 20; i++)
            {
                Microphone.Speak(new float[1600]);
                UnityEngine.Scene.Frame();
            }
            GUI.Held = false;
            FramesUntil(() => GUI.Shown.Length > "Bram: ".Length && !GUI.Shown.Contains("…"));
            Say("shown", GUI.Shown);
            Say("log", string.Join("; ", UnityEngine.Scene.Log));
        }

        /// <summary>Without a microphone, and without a voice process, it is said so and the line is there to be read.</summary>
        private static void Mute(string endpoint)
        {
            Build(endpoint);
            var body = _brain.gameObject;
            body.AddComponent<AudioSource>();
            body.AddComponent<NpcVoice>().Subtitle.AddListener(text => Say("subtitle", text));
            var microphone = body.AddComponent<NpcMicrophone>();
            microphone.Failed.AddListener(text => Say("failed", text));
            // Its last decision may be about a frame already: both may come in one frame of the game.
            bool answered = false;
            _brain.Decided.AddListener(decision => answered |= decision.UtteranceId != null);
            FramesUntil(() => NpcConnection.Current.Online);
            microphone.Begin();
            _brain.Say("hello");
            FramesUntil(() => answered);
        }

        /// <summary>The second voice's line follows the authored one.</summary>
        private static void Reworded(string endpoint)
        {
            string heard = "";
            Build(endpoint);
            _brain.Line.AddListener(line => heard = line);
            FramesUntil(MiraStands);
            _brain.Say("hello there");
            FramesUntil(() => heard.EndsWith("dear friend."));
        }

        /// <summary>Another NPC buys bread of one that has a card of its own.</summary>
        private static void Sale(string endpoint)
        {
            Build(endpoint, new Dictionary<string, object>
            {
                { "name", "Mira" }, { "wares", new Dictionary<string, object> { { "bread", 4L } } },
            });
            int sales = 0, answers = 0;
            _brain.Decided.AddListener(decision => answers += decision.UtteranceId != null ? 1 : 0);
            _brain.Effect.AddListener(effect =>
            {
                sales++;
                Say(effect.Kind, effect.Text("item") + " " + effect.Number("price") + " " + effect.Text("to") + " " + effect.Flag("to"));
            });
            FramesUntil(MiraStands);
            _brain.Say("how much is the bread?", "bram");
            FramesUntil(() => answers == 1);
            _brain.Say("deal", "bram");
            FramesUntil(() => answers == 2);
            Say("sales", sales.ToString());
        }

        /// <summary>The server starts with the game, is started again where it dies, and outlives a scene.</summary>
        private static void Served(string assets)
        {
            Build(null);
            NpcConnection.Current.ServerChanged += state => Say("server", state.ToString());
            NpcConnection.Current.ServerFailed += why => Say("failed", why);
            FramesUntil(MiraStands);
            bool answered = false;
            _brain.Decided.AddListener(decision => answered |= decision.UtteranceId != null);
            int first = NpcConnection.Current.Server.ProcessId;
            Process.GetProcessById(first).Kill();
            FramesUntil(() => NpcConnection.Current.Server.State == ServerState.Waiting);
            FramesUntil(() => NpcConnection.Current.Server.State == ServerState.Ready);
            FramesUntil(MiraStands);
            _brain.Say("are you there?");
            FramesUntil(() => answered);
            int second = NpcConnection.Current.Server.ProcessId;
            UnityEngine.Scene.End();
            Build(null);
            FramesUntil(MiraStands);
            Say("same", (second == NpcConnection.Current.Server.ProcessId && second != first).ToString());
        }

        private static void Answer(string endpoint)
        {
            Build(endpoint);
            FramesUntil(MiraStands);
            bool answered = false; // not only `Last`: a decision about a frame may come in the same Update
            _brain.Decided.AddListener(decision => answered |= decision.UtteranceId != null);
            _brain.Say("hello there");
            FramesUntil(() => answered);
        }

        /// <summary>On a busy machine the fallback may have taken over meanwhile, and answers until the server has proved itself.</summary>
        private static bool MiraStands()
        {
            return NpcConnection.Existing.Online && NpcConnection.Existing.Client.NameOf("mira") != null;
        }

        /// <summary>Nobody answers at the address.</summary>
        private static void FallBack(string endpoint)
        {
            Build(endpoint);
            _brain.OnlineChanged.AddListener(online => Say("online", online.ToString()));
            FramesUntil(() => !NpcConnection.Existing.Online);
            _brain.Say("hello there");
            Say("offline", _brain.Last.Offline.ToString());
            UnityEngine.Scene.End();
        }

        private static void Record(string endpoint)
        {
            Build(endpoint);
            GameObject wolf = GameObject.CreatePrimitive(PrimitiveType.Cube);
            wolf.GetComponent<Renderer>().bounds = new Bounds(new Vector3(0.25f, 0.75f, 5), new Vector3(0.1f, 0.2f, 0));
            wolf.AddComponent<NpcEntity>().Words = "grey wolf";
            GameObject behind = GameObject.CreatePrimitive(PrimitiveType.Cube);
            behind.GetComponent<Renderer>().bounds = new Bounds(new Vector3(0.5f, 0.5f, -5), new Vector3(0.1f, 0.1f, 0));
            behind.AddComponent<NpcEntity>();
            var recorder = new GameObject("recorder").AddComponent<NpcRecorder>();
            FramesUntil(() => recorder.Count > 0);
            Frame seen = null;
            NpcFrameCapture.Existing.Request(frame => seen = frame);
            FramesUntil(() => seen != null);
            foreach (KeyValuePair<string, double[]> thing in seen.Entities)
            {
                var about = new Decision("mira", 1, "warn", "afraid", entity: thing.Key);
                Say("thing", NpcEntity.Of(about).Words + " " + string.Join(" ", thing.Value.Select(side => side.ToString("0.00"))));
            }
            Say("folder", recorder.Folder);
            UnityEngine.Scene.End();
        }

        private static void Build(string endpoint, IDictionary<string, object> card = null)
        {
            var eye = new GameObject("eye");
            Camera.main = eye.AddComponent<Camera>();
            var line = new GameObject("line");
            line.SetActive(false);
            line.AddComponent<NpcConnection>().Configure(endpoint, patience: 0.2f);
            line.SetActive(true);
            var capture = eye.AddComponent<NpcFrameCapture>();
            var body = new GameObject("healer");
            body.SetActive(false);
            _brain = body.AddComponent<NpcBrain>();
            _brain.Configure("mira", "healer", capture);
            _brain.Card = card;
            _brain.Line.AddListener(text => Say("line", text));
            _brain.Action.AddListener(action => Say("action", action));
            body.SetActive(true);
        }

        private static void FramesUntil(Func<bool> holds)
        {
            Stopwatch clock = Stopwatch.StartNew();
            while (!holds())
            {
                if (clock.Elapsed.TotalSeconds > 60)
                {
                    throw new TimeoutException("a minute is over; the log: " + string.Join("; ", UnityEngine.Scene.Log));
                }
                UnityEngine.Scene.Frame();
                System.Threading.Thread.Sleep(5);
            }
        }

        private static void Say(string word, string text)
        {
            Console.WriteLine(word + " " + text);
        }
    }
}
