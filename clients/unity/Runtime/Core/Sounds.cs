using System;
using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>Hearings and speeches of one session, and what waits to be sent and to be played. Not thread-safe.</summary>
    internal sealed class Sounds
    {
        private const int MostUnsent = 2000; // pieces: beyond that nothing leaves at all
        private const int MostSounds = 8192;
        private const int MostHeard = 100;
        private const int Remembered = 64; // hearings that are over, whose lines may still come, and lines that were told

        private sealed class Speech
        {
            public string Id;
            public string Npc;
            public long Piece;
            public bool Whole; // all of it has come; it may be played for a while yet
        }

        private readonly Queue<Message> _due = new Queue<Message>();
        private readonly LinkedList<Hearing> _hearings = new LinkedList<Hearing>();
        private readonly LinkedList<string> _told = new LinkedList<string>();
        private readonly LinkedList<Speech> _speeches = new LinkedList<Speech>();
        private readonly LinkedList<Message> _sounds = new LinkedList<Message>(); // Sound and Hush
        private readonly Queue<Heard> _heard = new Queue<Heard>();

        // -- what the game wants --------------------------------------------------------------------------

        public void Begin(Hearing hearing)
        {
            if (!hearing.Open)
            {
                Silence(hearing.To);
            }
            _hearings.AddLast(hearing);
            if (_hearings.Count > Remembered)
            {
                _hearings.First.Value.Over = true;
                _hearings.RemoveFirst();
            }
        }

        /// <summary>Send sound, in pieces of at most so many bytes.</summary>
        public void Put(Hearing hearing, byte[] pcm, double? capturedAt, int most)
        {
            if (pcm.Length % 2 != 0)
            {
                throw new ProtocolException("field", "The sound has " + pcm.Length + " bytes.", "Send 16-bit samples, two bytes each.");
            }
            most -= most % 2;
            for (int start = 0; start < pcm.Length; start += most)
            {
                var piece = new byte[Math.Min(most, pcm.Length - start)];
                Buffer.BlockCopy(pcm, start, piece, 0, piece.Length);
                Send(hearing, piece, capturedAt + start / 2.0 / hearing.Rate, false, false);
            }
        }

        public void End(Hearing hearing)
        {
            Send(hearing, null, null, true, false);
            hearing.Ended = true;
        }

        public void Drop(Hearing hearing)
        {
            hearing.Ended = false;
            Send(hearing, null, null, false, true);
            hearing.Over = true;
        }

        private void Send(Hearing hearing, byte[] pcm, double? capturedAt, bool end, bool drop)
        {
            if (hearing.Over || hearing.Ended || _due.Count >= MostUnsent)
            {
                return;
            }
            bool first = hearing.Pieces == 0;
            _due.Enqueue(new Hear(hearing.Id, hearing.Pieces, pcm, capturedAt, first ? hearing.To : null,
                                  first ? hearing.Rate : 16000, first && hearing.Open, end, drop));
            hearing.Pieces++;
        }

        public void Speak(Speak speak)
        {
            Silence(speak.Npc);
            _speeches.AddLast(new Speech { Id = speak.Speech, Npc = speak.Npc });
            _due.Enqueue(speak);
        }

        /// <summary>Let NPCs fall silent, and the server know.</summary>
        public void Hush(params string[] npcs)
        {
            foreach (Speech speech in Said(npcs))
            {
                if (!speech.Whole)
                {
                    _due.Enqueue(new Hush(speech.Id));
                }
                End(speech);
            }
        }

        /// <summary>Play nothing more of what these say: the server will hear why, and ends it too.</summary>
        public void Silence(params string[] npcs)
        {
            foreach (Speech speech in Said(npcs))
            {
                End(speech);
            }
        }

        /// <summary>The oldest piece of sound, or that a speech is to be heard no more; null where there is none.</summary>
        public Message TakeSound()
        {
            if (_sounds.Count == 0)
            {
                return null;
            }
            Message first = _sounds.First.Value;
            _sounds.RemoveFirst();
            return first;
        }

        public Heard TakeHeard()
        {
            return _heard.Count == 0 ? null : _heard.Dequeue();
        }

        // -- the wire -------------------------------------------------------------------------------------

        public Message Next()
        {
            return _due.Count == 0 ? null : _due.Dequeue();
        }

        public Hearing Of(string hearing)
        {
            foreach (Hearing one in _hearings)
            {
                if (one.Id == hearing)
                {
                    return one;
                }
            }
            return null;
        }

        /// <summary>What was heard of a hearing; false where nobody asked for it, or a line was told before.</summary>
        public bool Take(Heard heard)
        {
            Hearing hearing = Of(heard.Hearing);
            if (hearing == null || (heard.Utterance != null && _told.Contains(heard.Utterance)))
            {
                return false;
            }
            hearing.Text = heard.Text;
            hearing.Over |= heard.Over;
            if (_heard.Count >= MostHeard)
            {
                _heard.Dequeue();
            }
            _heard.Enqueue(heard);
            return true;
        }

        /// <summary>A line is said, or in the game's hands: told again it is no news.</summary>
        public void Told(string utterance)
        {
            _told.AddLast(utterance);
            if (_told.Count > Remembered)
            {
                _told.RemoveFirst();
            }
        }

        /// <summary>Keep a piece for the game; those of no speech, or out of order, are dropped.</summary>
        public void Take(Sound sound)
        {
            Speech speech = Find(sound.Speech);
            if (speech == null || speech.Whole || sound.Piece != speech.Piece)
            {
                return;
            }
            speech.Piece++;
            speech.Whole = sound.End;
            Keep(sound);
        }

        public void Take(Hush hush)
        {
            Speech speech = Find(hush.Speech);
            if (speech != null)
            {
                End(speech);
            }
        }

        /// <summary>What an error is about is over. True where it is a hearing: the player wants to know.</summary>
        public bool Refused(string about)
        {
            Speech speech = Find(about);
            if (speech != null)
            {
                End(speech);
            }
            Hearing hearing = Of(about);
            if (hearing != null)
            {
                hearing.Over = true;
            }
            return hearing != null;
        }

        /// <summary>The connection is gone: what is under way cannot go on.</summary>
        /// <returns>How many hearings ended so.</returns>
        public int Lose()
        {
            int lost = 0;
            foreach (Hearing hearing in _hearings)
            {
                lost += hearing.Over ? 0 : 1;
                hearing.Over = true;
            }
            foreach (Speech speech in Said(null).FindAll(one => !one.Whole))
            {
                End(speech);
            }
            _due.Clear();
            return lost;
        }

        private List<Speech> Said(string[] npcs)
        {
            var found = new List<Speech>();
            foreach (Speech speech in _speeches)
            {
                if (npcs == null || npcs.Length == 0 || Array.IndexOf(npcs, speech.Npc) >= 0)
                {
                    found.Add(speech);
                }
            }
            return found;
        }

        private Speech Find(string id)
        {
            foreach (Speech speech in _speeches)
            {
                if (speech.Id == id)
                {
                    return speech;
                }
            }
            return null;
        }

        /// <summary>It is over, and nobody gets to hear what has come of it and was not taken.</summary>
        private void End(Speech speech)
        {
            _speeches.Remove(speech);
            LinkedListNode<Message> next;
            for (LinkedListNode<Message> node = _sounds.First; node != null; node = next)
            {
                next = node.Next;
                var sound = node.Value as Sound;
                if (sound != null && sound.Speech == speech.Id)
                {
                    _sounds.Remove(node);
                }
            }
            Keep(new Hush(speech.Id));
        }

        private void Keep(Message sound)
        {
            if (_sounds.Count >= MostSounds)
            {
                _sounds.RemoveFirst();
            }
            _sounds.AddLast(sound);
        }
    }
}
