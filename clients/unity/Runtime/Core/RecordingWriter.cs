using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace NpcEngine
{
    /// <summary>A thing in view: plain words, a box in pixels from the top left corner, and tags (docs/recording.md).</summary>
    public sealed class RecordedEntity
    {
        public readonly string Name;
        public readonly int X;
        public readonly int Y;
        public readonly int Width;
        public readonly int Height;
        public readonly string[] Tags;

        public RecordedEntity(string name, int x, int y, int width, int height, params string[] tags)
        {
            Name = name;
            X = x;
            Y = y;
            Width = width;
            Height = height;
            Tags = tags;
        }
    }

    /// <summary>
    /// Writes a recording, or goes on with one. A picture is complete before its line is added, and a line is added in
    /// one write: a game that is ended at any moment leaves a recording that can be read. Not thread-safe.
    /// </summary>
    public sealed class RecordingWriter : IDisposable
    {
        private static readonly Encoding Utf8 = new UTF8Encoding(false);
        private readonly string _folder;
        private readonly string _extension;
        private readonly FileStream _lines;

        /// <param name="folder">Made if it is not there.</param>
        /// <param name="extension">Of the pictures: png, jpg or webp.</param>
        /// <exception cref="IOException">The folder cannot be written.</exception>
        public RecordingWriter(string folder, string game, string extension = "png")
        {
            _folder = folder;
            _extension = extension;
            Directory.CreateDirectory(Path.Combine(folder, "frames"));
            var meta = new Map { { "format", 1 }, { "game", game } };
            File.WriteAllText(Path.Combine(folder, "meta.json"), JsonWriter.Line(meta) + "\n", Utf8);
            string path = Path.Combine(folder, "labels.jsonl");
            _lines = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            Count = Mend(_lines);
        }

        /// <summary>Frames in the recording.</summary>
        public int Count { get; private set; }

        /// <summary>Add a frame.</summary>
        /// <param name="picture">A file of the kind that `extension` names.</param>
        /// <param name="t">Seconds since the episode began.</param>
        /// <param name="width">Of the picture; boxes are cut at its edges, and left out where nothing remains.</param>
        /// <param name="labels">Any of `text`, `intent`, `tone`, `action`, `emotion`, `target`; leave out the unknown.</param>
        public void Write(byte[] picture, int width, int height, string episode, double t,
                          IEnumerable<RecordedEntity> entities, IDictionary<string, object> labels = null)
        {
            string frame = "frames/" + Count.ToString("d6", CultureInfo.InvariantCulture) + "." + _extension;
            var row = new Map
            {
                { "frame", frame }, { "episode", episode }, { "t", t }, { "entities", Cut(entities, width, height) },
            };
            foreach (KeyValuePair<string, object> label in labels ?? new Dictionary<string, object>())
            {
                row.Add(label); // also null: "the words mean nothing in view"
            }
            WritePicture(Path.Combine(_folder, frame), picture);
            byte[] line = Utf8.GetBytes(JsonWriter.Line(row) + "\n");
            _lines.Write(line, 0, line.Length);
            _lines.Flush();
            Count++;
        }

        public void Dispose()
        {
            _lines.Dispose();
        }

        private static void WritePicture(string path, byte[] picture)
        {
            string partial = path + ".partial";
            File.WriteAllBytes(partial, picture);
            File.Delete(path); // left by a session that ended between picture and line
            File.Move(partial, path);
        }

        private static List<object> Cut(IEnumerable<RecordedEntity> entities, int width, int height)
        {
            var cut = new List<object>();
            foreach (RecordedEntity entity in entities)
            {
                int left = Math.Max(0, entity.X);
                int top = Math.Max(0, entity.Y);
                int right = Math.Min(width, entity.X + entity.Width);
                int bottom = Math.Min(height, entity.Y + entity.Height);
                if (left < right && top < bottom)
                {
                    var box = new[] { left, top, right - left, bottom - top };
                    cut.Add(new Map { { "name", entity.Name }, { "box", box }, { "tags", entity.Tags } });
                }
            }
            return cut;
        }

        /// <summary>Cut off a last line without a line end; returns how many lines stand.</summary>
        private static int Mend(FileStream lines)
        {
            int count = 0;
            long whole = 0;
            for (int value = lines.ReadByte(); value >= 0; value = lines.ReadByte())
            {
                if (value == '\n')
                {
                    count++;
                    whole = lines.Position;
                }
            }
            lines.SetLength(whole);
            lines.Position = whole;
            return count;
        }
    }
}
