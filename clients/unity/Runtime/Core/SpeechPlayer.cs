using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>
    /// Plays the speeches of one NPC: pieces come in on the game's thread, samples go out on that of the sound, at its rate. It
    /// knows which word is being heard, and which shape the lips have. Thread-safe; reading never waits for more than a moment.
    /// </summary>
    public sealed class SpeechPlayer
    {
        private readonly object _gate = new object();
        private readonly Queue<byte[]> _pieces = new Queue<byte[]>();
        private readonly List<Mark> _words = new List<Mark>();
        private readonly List<Mark> _shapes = new List<Mark>();
        private string _speech = "";
        private int _rate = 16000;
        private int _at; // the sample of the first piece that is played next
        private double _between; // how far towards the sample after it, 0..1
        private double _played; // seconds of this speech
        private bool _ended = true;

        /// <summary>Something is being said, or waits to be.</summary>
        public bool Speaking
        {
            get { lock (_gate) { return _pieces.Count > 0 || !_ended; } }
        }

        /// <summary>Seconds of the speech that have been heard.</summary>
        public double Played
        {
            get { lock (_gate) { return _played; } }
        }

        /// <summary>The word that is being heard; empty between words.</summary>
        public string Word
        {
            get { lock (_gate) { return At(_words); } }
        }

        /// <summary>The shape of the lips; empty where they are at rest.</summary>
        public string Shape
        {
            get { lock (_gate) { return At(_shapes); } }
        }

        /// <summary>The words that have begun to be heard, for subtitles in time.</summary>
        public string Heard
        {
            get
            {
                lock (_gate)
                {
                    return string.Join(" ", _words.FindAll(word => word.Began <= _played).ConvertAll(word => word.Text));
                }
            }
        }

        /// <summary>Take a piece. One of another speech ends the one before.</summary>
        public void Add(Sound sound)
        {
            lock (_gate)
            {
                if (sound.Speech != _speech)
                {
                    Clear(sound.Speech);
                    _rate = (int)sound.Rate;
                }
                if (sound.Pcm.Length > 1)
                {
                    _pieces.Enqueue(sound.Pcm);
                }
                _words.AddRange(sound.Words);
                _shapes.AddRange(sound.Shapes);
                _ended = sound.End;
            }
        }

        /// <summary>Fall silent, if this is what is being said.</summary>
        public void Stop(string speech)
        {
            lock (_gate)
            {
                if (speech == _speech)
                {
                    Clear("");
                }
            }
        }

        /// <summary>
        /// The next samples, as factors: what `data` holds (ones where the engine places a voice in space) is multiplied by
        /// them. Silence where nothing is being said.
        /// </summary>
        /// <param name="data">Samples, the channels of each after one another.</param>
        /// <param name="rate">Of the output, samples a second.</param>
        public void Read(float[] data, int channels, int rate)
        {
            lock (_gate)
            {
                double step = (double)_rate / rate;
                for (int i = 0; i + channels <= data.Length; i += channels)
                {
                    float sample = Next(step);
                    for (int channel = 0; channel < channels; channel++)
                    {
                        data[i + channel] *= sample;
                    }
                }
            }
        }

        /// <summary>Let so many seconds go by unheard.</summary>
        public void Skip(double seconds)
        {
            Read(new float[(int)(seconds * 8000)], 1, 8000);
        }

        /// <summary>The sample between two of the speech, for another rate than the output's.</summary>
        private float Next(double step)
        {
            if (_pieces.Count == 0)
            {
                return 0;
            }
            byte[] piece = _pieces.Peek();
            float here = Pcm.At(piece, _at);
            float then = _at + 1 < piece.Length / 2 ? Pcm.At(piece, _at + 1) : here;
            var sample = (float)(here + (then - here) * _between);
            _between += step;
            _played += step / _rate;
            while (_between >= 1)
            {
                _between -= 1;
                _at++;
                if (_at >= _pieces.Peek().Length / 2)
                {
                    _pieces.Dequeue();
                    _at = 0;
                    if (_pieces.Count == 0)
                    {
                        break;
                    }
                }
            }
            return sample;
        }

        private string At(List<Mark> marks)
        {
            if (_pieces.Count > 0 || !_ended)
            {
                foreach (Mark mark in marks)
                {
                    if (mark.Began <= _played && _played < mark.Ended)
                    {
                        return mark.Text;
                    }
                }
            }
            return "";
        }

        private void Clear(string next)
        {
            _speech = next;
            _pieces.Clear();
            _words.Clear();
            _shapes.Clear();
            _at = 0;
            _between = 0;
            _played = 0;
            _ended = true;
        }
    }
}
