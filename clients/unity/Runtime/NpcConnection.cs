using System;
using System.Collections.Generic;
using System.IO;
using UnityEngine;

namespace NpcEngine
{
    /// <summary>
    /// The scene's line to the server. One is enough for all NPCs; a brain that finds none makes one with the usual
    /// settings. It hands every decision to its NPC's brain, on the main thread.
    /// </summary>
    [AddComponentMenu("NPC Engine/NPC Connection")]
    [DefaultExecutionOrder(-100)]
    [DisallowMultipleComponent]
    public sealed class NpcConnection : MonoBehaviour
    {
        private const int MostPerFrame = 64; // after a pause the rest waits for the next frame

        [Tooltip("Where the server listens.")]
        [SerializeField] private string endpoint = Endpoint.Usual;

        [Tooltip("Name of the game. What characters remember on the server belongs to it: give each game a name of its own.")]
        [SerializeField] private string gameName = "unity";

        [Tooltip("What the server was started with (--token); empty for none.")]
        [SerializeField] private string token = "";

        [Tooltip("Start the server with the game, keep it running, and end it with the game. Endpoint is not used then.")]
        [SerializeField] private bool startServer;

        [Tooltip("Further options of `python -m engine serve` for it, such as --voice.")]
        [SerializeField] private string[] serverOptions = new string[0];

        [Tooltip("In the editor, where there is no pack: the Python that has the engine; empty for that of the PATH.")]
        [SerializeField] private string python = "";

        [Tooltip("Seconds without the server before NPCs fall back to a routine of their own.")]
        [SerializeField, Min(0)] private float patience = 2;

        [Tooltip("Seconds with the server before NPCs turn to it again.")]
        [SerializeField, Min(0)] private float proof = 1;

        private static NpcConnection _current;
        private static ServerProcess _server; // of the game, not of a scene: it outlives this
        private readonly Dictionary<string, NpcBrain> _brains = new Dictionary<string, NpcBrain>();
        private readonly List<NpcMicrophone> _microphones = new List<NpcMicrophone>();
        private readonly List<NpcVoice> _voices = new List<NpcVoice>();
        private NpcClient _client;
        private Presence _presence;
        private ServerState _told = ServerState.Off;
        private string _place = "";

        /// <summary>The NPCs can count on the server. Changes with hysteresis.</summary>
        public bool Online
        {
            get { return _presence != null && _presence.Online; }
        }

        /// <summary>For those who want more than components; null while this is disabled or cannot be.</summary>
        public NpcClient Client
        {
            get { return _client; }
        }

        /// <summary>The server that was started with the game, or null.</summary>
        public ServerProcess Server
        {
            get { return startServer ? _server : null; }
        }

        /// <summary>How the server is that was started with the game; for displays and for games that wait for it.</summary>
        public event Action<ServerState> ServerChanged;

        /// <summary>It ended by itself, or cannot be started: what happened, and what to do.</summary>
        public event Action<string> ServerFailed;

        /// <summary>The NPCs of this connection.</summary>
        public ICollection<NpcBrain> Brains
        {
            get { return _brains.Values; }
        }

        /// <summary>Why there is no client, if there is none.</summary>
        public string Fault { get; private set; } = "";

        /// <summary>The enabled connection of the loaded scenes; makes one where there is none.</summary>
        public static NpcConnection Current
        {
            get
            {
                if (_current == null)
                {
                    new GameObject("NPC Connection").AddComponent<NpcConnection>();
                }
                return _current;
            }
        }

        /// <summary>The enabled connection, or null.</summary>
        public static NpcConnection Existing
        {
            get { return _current; }
        }

        /// <summary>Statics outlive a play session where the editor does not reload its scripts.</summary>
        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        private static void Forget()
        {
            NpcClient.CloseAll();
            ServerProcess.CloseAll();
            _current = null;
            _server = null;
        }

        /// <summary>Settings for a connection that is made by code; call it before the component is enabled.</summary>
        /// <param name="address">Of the server; null: start one with the game.</param>
        public void Configure(string address, string secret = "", float patience = 2, float proof = 1)
        {
            startServer = address == null;
            endpoint = address;
            token = secret;
            this.patience = patience;
            this.proof = proof;
        }

        internal void Enter(NpcBrain brain)
        {
            NpcBrain other;
            if (_brains.TryGetValue(brain.NpcId, out other) && other != brain)
            {
                Debug.LogError("Two NPCs have the id '" + brain.NpcId + "'. Give each its own.", brain);
                return;
            }
            _brains[brain.NpcId] = brain;
            Introduce(brain);
        }

        internal void Leave(NpcBrain brain)
        {
            NpcBrain present;
            if (_brains.TryGetValue(brain.NpcId, out present) && present == brain)
            {
                _brains.Remove(brain.NpcId);
                _client?.Despawn(brain.NpcId);
            }
        }

        internal void Add(NpcMicrophone microphone)
        {
            _microphones.Add(microphone);
        }

        internal void Remove(NpcMicrophone microphone)
        {
            _microphones.Remove(microphone);
        }

        internal void Add(NpcVoice voice)
        {
            _voices.Add(voice);
        }

        internal void Remove(NpcVoice voice)
        {
            _voices.Remove(voice);
        }

        private void OnEnable()
        {
            if (_current != null && _current != this)
            {
                Debug.LogWarning("There is an NPC Connection already; this one stays off.", this);
                enabled = false;
                return;
            }
            _current = this;
            _presence = new Presence(patience, proof);
            Application.quitting += Close;
            Connect();
            foreach (NpcBrain brain in new List<NpcBrain>(_brains.Values))
            {
                Introduce(brain);
            }
        }

        private void OnDisable()
        {
            Application.quitting -= Close;
            Close();
            if (_current == this)
            {
                _current = null;
            }
        }

        private void Connect()
        {
#if UNITY_WEBGL && !UNITY_EDITOR
            Fault = "Browsers have no TCP sockets: NPCs keep to their routine.";
            Debug.LogWarning(Fault, this);
#else
            try
            {
                Fault = "";
                string secret = token.Length > 0 ? token : null;
                if (startServer && _server == null)
                {
                    _server = new ServerProcess(Settings(secret));
                    Application.quitting -= ServerProcess.CloseAll;
                    Application.quitting += ServerProcess.CloseAll;
                }
                _place = "";
                _client = new NpcClient(startServer ? null : endpoint, gameName, secret);
                _client.GameTime = Time.timeAsDouble;
            }
            catch (ProtocolException error)
            {
                Fault = error.ToString();
                Debug.LogError(error.ToString(), this);
            }
#endif
        }

        /// <summary>The Python that has the engine, for the editor; empty for that of the PATH.</summary>
        public string Python
        {
            get { return python; }
        }

        /// <summary>The packed server among the game's streaming assets; in the editor the project's, or a Python.</summary>
        private ServerSettings Settings(string secret)
        {
            string home = Application.isEditor ? Path.GetDirectoryName(Application.dataPath) : Application.streamingAssetsPath;
            return new ServerSettings
            {
                Data = Path.Combine(Application.persistentDataPath, "npc-engine"),
                Commands = ServerSettings.Find(Path.Combine(home, ServerPack.Folder), Application.isEditor, python),
                Options = serverOptions,
                Token = secret,
            };
        }

        private void FollowServer()
        {
            string address = _server.Address;
            if (address.Length > 0 && address != _place)
            {
                _place = address;
                _client?.MoveTo(address);
            }
            if (_client != null)
            {
                ConnectionState link = _client.State;
                _server.NoteHeard(link == ConnectionState.Connected || link == ConnectionState.Refused);
            }
            ServerState state = _server.State;
            if (state != _told)
            {
                _told = state;
                Guard(() => ServerChanged?.Invoke(state));
            }
            string fault;
            while ((fault = _server.TakeFault()) != null)
            {
                string told = fault;
                Debug.LogWarning("NPC server: " + told, this);
                Guard(() => ServerFailed?.Invoke(told));
            }
        }

        private void Close()
        {
            _client?.Dispose();
            _client = null;
        }

        private void Introduce(NpcBrain brain)
        {
            try
            {
                _client?.Spawn(brain.NpcId, brain.Persona, brain.Watch);
            }
            catch (ProtocolException error)
            {
                brain.Fail(error.ToString());
            }
        }

        private void Update()
        {
            if (startServer && _server != null)
            {
                FollowServer();
            }
            bool connected = _client != null && _client.State == ConnectionState.Connected;
            if (_presence.Update(connected, Time.realtimeSinceStartupAsDouble))
            {
                foreach (NpcBrain brain in new List<NpcBrain>(_brains.Values))
                {
                    Guard(() => brain.PresenceChanged(_presence.Online));
                }
            }
            if (_client != null)
            {
                _client.GameTime = Time.timeAsDouble; // of what a script shows or says without a time of its own
                HandOutErrors();
                HandOutDecisions();
                HandOutEvents();
                HandOutWords();
                HandOutSound();
            }
        }

        /// <summary>What a handler does may end this component, so that is looked at each time.</summary>
        private void HandOutDecisions()
        {
            Decision decision;
            for (int i = 0; i < MostPerFrame && (decision = _client?.TakeDecision()) != null; i++)
            {
                NpcBrain brain;
                if (_brains.TryGetValue(decision.Npc, out brain))
                {
                    Guard(() => brain.Decide(decision));
                }
            }
        }

        private void HandOutEvents()
        {
            Notice what;
            for (int i = 0; i < MostPerFrame && (what = _client?.TakeEvent()) != null; i++)
            {
                NpcBrain brain;
                Notice told = what;
                if (what.Kind == "line" && _brains.TryGetValue(what.Npc, out brain))
                {
                    Guard(() => brain.Reword(told));
                }
                else if (what.Kind == "card")
                {
                    Debug.Log("NPC '" + what.Npc + "': " + what.Text, this);
                }
            }
        }

        private void HandOutWords()
        {
            Heard heard;
            for (int i = 0; i < MostPerFrame && (heard = _client?.TakeHeard()) != null; i++)
            {
                Heard told = heard;
                NpcMicrophone microphone = _microphones.Find(one => one.Owns(told.Hearing));
                if (microphone != null)
                {
                    Guard(() => microphone.Take(told));
                }
            }
        }

        /// <summary>All of it: what waits a frame longer is heard too late.</summary>
        private void HandOutSound()
        {
            Message message;
            while ((message = _client?.TakeSound()) != null)
            {
                Message told = message;
                string speech = message is Sound ? ((Sound)message).Speech : ((Hush)message).Speech;
                NpcVoice voice = _voices.Find(one => one.Owns(speech));
                if (voice != null)
                {
                    Guard(() => voice.Take(told));
                }
            }
        }

        private void HandOutErrors()
        {
            Error error;
            for (int i = 0; i < MostPerFrame && (error = _client?.TakeError()) != null; i++)
            {
                NpcBrain brain;
                string about = error.About;
                NpcMicrophone microphone = about == null ? null : _microphones.Find(one => one.Owns(about));
                if (microphone != null)
                {
                    Error told = error;
                    Guard(() => microphone.Fail(told.ToString()));
                }
                else if (error.Npc != null && _brains.TryGetValue(error.Npc, out brain))
                {
                    Error told = error;
                    Guard(() => brain.Fail(told.ToString()));
                }
                else
                {
                    Debug.LogWarning("NPC server: " + error, this);
                }
            }
        }

        /// <summary>A fault in one NPC's handler must not cost the others their decisions.</summary>
        private void Guard(Action action)
        {
            try
            {
                action();
            }
            catch (Exception fault)
            {
                Debug.LogException(fault, this);
            }
        }
    }
}
