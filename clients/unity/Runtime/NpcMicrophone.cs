using System;
using System.Collections.Generic;
using UnityEngine;

namespace NpcEngine
{
    /// <summary>
    /// The player's microphone. Call <see cref="Begin"/> when the button to talk goes down and <see cref="End"/> when it comes
    /// up, or tick *open* and let it listen all the time. What is heard is said to the listeners, with what the camera sees.
    /// Without a microphone, a server or its voice process it says so (<see cref="Failed"/>), and typed words go on.
    /// </summary>
    [AddComponentMenu("NPC Engine/NPC Microphone")]
    public sealed class NpcMicrophone : MonoBehaviour
    {
        private const int RingSeconds = 2; // what the engine keeps of the microphone between two frames

        [Tooltip("Name of the device; the system's if left empty.")]
        [SerializeField] private string device = "";

        [Tooltip("Who is spoken to; everybody if left empty.")]
        [SerializeField] private NpcBrain[] listeners = new NpcBrain[0];

        [Tooltip("Listen all the time, and say each line when it is complete; else between Begin and End.")]
        [SerializeField] private bool open;

        [Tooltip("Samples a second that are asked for; 8000 to 48000.")]
        [SerializeField] private int rate = 16000;

        [Tooltip("The words while they are spoken, and then the line.")]
        [SerializeField] private TextEvent onWords = new TextEvent();

        [Tooltip("A line was heard and is said; empty where nothing was understood.")]
        [SerializeField] private TextEvent onHeard = new TextEvent();

        [Tooltip("What went wrong, with what to do about it.")]
        [SerializeField] private TextEvent onFailed = new TextEvent();

        private readonly List<Hearing> _hearings = new List<Hearing>(); // whose lines may still come
        private NpcConnection _connection;
        private AudioClip _clip;
        private Hearing _hearing;
        private int _read; // the next sample of the clip
        private float[] _samples = new float[0];

        public TextEvent Words
        {
            get { return onWords; }
        }

        public TextEvent Heard
        {
            get { return onHeard; }
        }

        public TextEvent Failed
        {
            get { return onFailed; }
        }

        /// <summary>Whether somebody listens now.</summary>
        public bool Listening
        {
            get { return _hearing != null; }
        }

        /// <summary>Settings for a microphone that is made by code; call it before the component is enabled.</summary>
        public void Configure(bool isOpen, params NpcBrain[] who)
        {
            open = isOpen;
            listeners = who;
        }

        /// <summary>The button to talk went down.</summary>
        public void Begin()
        {
            if (_hearing != null || _connection == null)
            {
                return;
            }
            string[] ids = Ids();
            NpcClient client = _connection.Client;
            if (client == null || ids.Length == 0 || !client.HasVoice)
            {
                Fail(ids.Length == 0 ? "There is nobody to talk to." : "No voice process is connected to the server: type the words.");
                return;
            }
            _clip = Microphone.devices.Length > 0 ? Microphone.Start(device.Length > 0 ? device : null, true, RingSeconds, rate) : null;
            if (_clip == null)
            {
                Fail("There is no microphone: type the words.");
                return;
            }
            try
            {
                _read = 0;
                _hearing = client.Listen(ids, _clip.frequency, open, "player", false);
                _hearings.Add(_hearing);
                if (_hearings.Count > 8)
                {
                    _hearings.RemoveAt(0);
                }
            }
            catch (ProtocolException error)
            {
                Microphone.End(device.Length > 0 ? device : null);
                Fail(error.ToString());
            }
        }

        /// <summary>The button came up: what was said so far is the line.</summary>
        public void End()
        {
            if (_hearing == null)
            {
                return;
            }
            Pump();
            _connection?.Client?.Release(_hearing);
            Stop();
        }

        internal bool Owns(string hearing)
        {
            return _hearings.Exists(one => one.Id == hearing);
        }

        internal void Take(Heard heard)
        {
            onWords.Invoke(heard.Text);
            if (!heard.Final)
            {
                return;
            }
            onHeard.Invoke(heard.Text);
            if (heard.Utterance != null)
            {
                Say(heard);
            }
        }

        internal void Fail(string what)
        {
            Debug.LogWarning("NPC microphone: " + what, this);
            onFailed.Invoke(what);
            if (_hearing != null && _hearing.Over)
            {
                Stop();
            }
        }

        private void OnEnable()
        {
            _connection = NpcConnection.Current;
            _connection.Add(this);
        }

        private void OnDisable()
        {
            End();
            _connection?.Remove(this);
        }

        private void Update()
        {
            if (_hearing != null && _hearing.Over)
            {
                Stop();
            }
            if (_hearing != null)
            {
                Pump();
            }
            else if (open && _connection != null && _connection.Online && _connection.Client != null && _connection.Client.HasVoice)
            {
                Begin();
            }
        }

        /// <summary>Send what came since the last frame.</summary>
        private void Pump()
        {
            int all = _clip.samples;
            int fresh = (Microphone.GetPosition(device.Length > 0 ? device : null) - _read + all) % all;
            if (fresh == 0)
            {
                return;
            }
            int channels = _clip.channels;
            if (_samples.Length != fresh * channels)
            {
                _samples = new float[fresh * channels];
            }
            _clip.GetData(_samples, _read); // wraps around
            _read = (_read + fresh) % all;
            double began = Time.timeAsDouble - (double)fresh / _clip.frequency;
            _connection?.Client?.Put(_hearing, Pcm.From(_samples, fresh, channels), began);
        }

        private void Stop()
        {
            Microphone.End(device.Length > 0 ? device : null);
            _hearing = null;
        }

        /// <summary>With a picture of now where there is a camera.</summary>
        private void Say(Heard heard)
        {
            NpcFrameCapture capture = NpcFrameCapture.Existing;
            if (capture == null || !capture.Request(frame => Say(heard, frame)))
            {
                Say(heard, null);
            }
        }

        private void Say(Heard heard, Frame frame)
        {
            NpcBrain first = Brains().Find(brain => brain != null);
            try
            {
                _connection?.Client?.Say(heard, Ids(), frame, "player", first != null ? first.State : null, Time.timeAsDouble);
            }
            catch (ProtocolException error)
            {
                Fail(error.ToString());
            }
        }

        private string[] Ids()
        {
            return Brains().FindAll(brain => brain != null).ConvertAll(brain => brain.NpcId).ToArray();
        }

        private List<NpcBrain> Brains()
        {
            return new List<NpcBrain>(listeners.Length > 0 ? listeners : (IEnumerable<NpcBrain>)_connection.Brains);
        }
    }
}
