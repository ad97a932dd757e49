using UnityEngine;

namespace NpcEngine
{
    /// <summary>
    /// Lets the character of this object speak its lines aloud, where it stands, and tells which words are being heard and which
    /// shape its lips have. Without a voice process it keeps silent, and subtitles show the whole line.
    /// </summary>
    [AddComponentMenu("NPC Engine/NPC Voice")]
    [RequireComponent(typeof(NpcBrain), typeof(AudioSource))]
    [DisallowMultipleComponent]
    public sealed class NpcVoice : MonoBehaviour
    {
        private const float Patience = 0.5f;

        [Tooltip("The words that have been heard so far, for subtitles; the whole line where nobody speaks it.")]
        [SerializeField] private TextEvent onSubtitle = new TextEvent();

        [Tooltip("A shape of the lips begins (a viseme's name); empty: at rest.")]
        [SerializeField] private TextEvent onShape = new TextEvent();

        private readonly SpeechPlayer _player = new SpeechPlayer();
        private NpcConnection _connection;
        private NpcBrain _brain;
        private AudioSource _source;
        private string _speech = "";
        private string _shown = "";
        private string _shape = "";
        private int _rate;
        private volatile int _reads; // by the thread of the sound
        private int _read;
        private float _silence; // seconds in which nothing was played

        public TextEvent Subtitle
        {
            get { return onSubtitle; }
        }

        public TextEvent Shape
        {
            get { return onShape; }
        }

        /// <summary>What is being played.</summary>
        public SpeechPlayer Player
        {
            get { return _player; }
        }

        /// <summary>Fall silent.</summary>
        public void Hush()
        {
            _connection?.Client?.Hush(_brain.NpcId);
        }

        internal bool Owns(string speech)
        {
            return _speech == speech;
        }

        internal void Take(Message message)
        {
            var sound = message as Sound;
            if (sound != null)
            {
                _player.Add(sound);
            }
            else
            {
                _player.Stop(((Hush)message).Speech);
            }
        }

        private void OnEnable()
        {
            _brain = GetComponent<NpcBrain>();
            _connection = NpcConnection.Current;
            _connection.Add(this);
            _brain.Decided.AddListener(Speak);
            _rate = AudioSettings.outputSampleRate;
            _source = GetComponent<AudioSource>();
            AudioClip ones = AudioClip.Create("voice", _rate, 1, _rate, false); // placed in space by the engine, times our samples
            var samples = new float[_rate];
            for (int i = 0; i < samples.Length; i++)
            {
                samples[i] = 1;
            }
            ones.SetData(samples, 0);
            _source.clip = ones;
            _source.loop = true;
            _source.Play();
        }

        private void OnDisable()
        {
            _brain.Decided.RemoveListener(Speak);
            Hush();
            _player.Stop(_speech);
            _source.Stop();
            _connection?.Remove(this);
        }

        private void Speak(Decision decision)
        {
            if (decision.Line.Length == 0)
            {
                return;
            }
            string speech = null;
            try
            {
                speech = decision.Offline ? null : _connection?.Client?.Speak(_brain.NpcId, decision.Line, decision.Emotion, decision.LineId ?? "");
            }
            catch (ProtocolException error)
            {
                _brain.Fail(error.ToString());
            }
            _player.Stop(_speech);
            _speech = speech ?? "";
            _shown = speech == null ? decision.Line : "";
            onSubtitle.Invoke(_shown);
        }

        private void Update()
        {
            _silence = _reads != _read || !_player.Speaking ? 0 : _silence + Time.deltaTime;
            _read = _reads;
            if (_silence > Patience)
            {
                _player.Skip(Time.deltaTime); // there is no sound device: subtitles go by the clock
            }
            string heard = _player.Heard;
            if (_speech.Length > 0 && _player.Speaking && heard != _shown)
            {
                _shown = heard;
                onSubtitle.Invoke(heard);
            }
            string shape = _player.Shape;
            if (shape != _shape)
            {
                _shape = shape;
                onShape.Invoke(shape);
            }
        }

        /// <summary>On the thread of the sound: what the engine made of ones is how loud this place is heard on each side.</summary>
        private void OnAudioFilterRead(float[] data, int channels)
        {
            _reads++;
            _player.Read(data, channels, _rate);
        }
    }
}
