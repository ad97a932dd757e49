using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using UnityEditor;
using UnityEngine;
using UnityEngine.Experimental.Rendering;

namespace NpcEngine
{
    /// <summary>
    /// Window ▸ NPC Engine: Teach this game. Takes pictures of the prefabs, models and textures that are selected, and lets
    /// the engine learn them.
    /// </summary>
    public sealed class TeachThisGameWindow : EditorWindow
    {
        private const int Side = 192; // pixels of a picture
        private const float FieldOfView = 35;

        private string _folder = "NpcArt";
        private string _bundle = "NpcBundle";
        private string _status = "Select prefabs, models, textures or folders in the Project window.";
        private ArtFolder _art;
        private Process _learning;
        private Vector2 _scroll;

        [MenuItem("Window/NPC Engine: Teach this game")]
        private static void Open()
        {
            GetWindow<TeachThisGameWindow>("Teach this game");
        }

        private void OnDisable()
        {
            _learning?.Dispose(); // it learns on
            _learning = null;
        }

        private void OnInspectorUpdate()
        {
            Repaint();
        }

        private void OnGUI()
        {
            _scroll = EditorGUILayout.BeginScrollView(_scroll);
            List<string> assets = Chosen();
            EditorGUILayout.LabelField("Things that are selected", assets.Count.ToString());
            foreach (string asset in assets)
            {
                EditorGUILayout.LabelField(ArtFolder.NameOf(asset), asset);
            }
            EditorGUILayout.EndScrollView();
            _folder = EditorGUILayout.TextField("Pictures go to", _folder);
            _bundle = EditorGUILayout.TextField("The bundle goes to", _bundle);
            if (GUILayout.Button("Take pictures"))
            {
                TakePictures(assets);
            }
            EditorGUILayout.SelectableLabel("python " + new ArtFolder(Whole(_folder)).Arguments(Whole(_bundle)));
            if (_learning == null && GUILayout.Button("Learn"))
            {
                Learn();
            }
            EditorGUILayout.HelpBox(_status, MessageType.Info);
        }

        /// <summary>What is selected, and what lies in folders that are.</summary>
        private static List<string> Chosen()
        {
            var found = new List<string>();
            foreach (string id in Selection.assetGUIDs)
            {
                string path = AssetDatabase.GUIDToAssetPath(id);
                if (AssetDatabase.IsValidFolder(path))
                {
                    foreach (string inside in AssetDatabase.FindAssets("t:GameObject t:Texture2D", new[] { path }))
                    {
                        string asset = AssetDatabase.GUIDToAssetPath(inside);
                        if (!ArtFolder.IsMap(asset))
                        {
                            found.Add(asset);
                        }
                    }
                }
                else
                {
                    found.Add(path);
                }
            }
            return found;
        }

        private void TakePictures(List<string> assets)
        {
            _art = new ArtFolder(Whole(_folder));
            var nothing = new List<string>();
            var nameless = new List<string>();
            try
            {
                _art.Clear();
                foreach (string asset in assets)
                {
                    EditorUtility.DisplayProgressBar("Taking pictures", asset, (float)_art.Count / assets.Count);
                    if (!ArtFolder.IsTelling(ArtFolder.NameOf(asset)) && Slices(asset) == null)
                    {
                        nameless.Add(Path.GetFileName(asset));
                    }
                    else if (!TakePicturesOf(asset))
                    {
                        nothing.Add(Path.GetFileName(asset));
                    }
                }
                _status = "Pictures of " + _art.Count + " things lie in " + _folder + "."
                    + (nothing.Count > 0 ? " Nothing is seen of: " + string.Join(", ", nothing.ToArray()) + "." : "")
                    + (nameless.Count > 0 ? " Left out, since their names hold no word: "
                        + string.Join(", ", nameless.ToArray()) + ". Rename them." : "");
            }
            catch (Exception error) when (error is IOException || error is ArgumentException || error is UnauthorizedAccessException)
            {
                _status = error.Message;
            }
            finally
            {
                EditorUtility.ClearProgressBar();
            }
        }

        private bool TakePicturesOf(string asset)
        {
            string name = ArtFolder.NameOf(asset);
            if (ArtFolder.IsPicture(asset))
            {
                string ending = Path.GetExtension(asset).ToLowerInvariant(), slices = Slices(asset);
                if (slices != null)
                {
                    _art.AddSheet(Path.GetFileNameWithoutExtension(asset), File.ReadAllBytes(asset), ending, slices);
                    return true;
                }
                _art.Add(name, File.ReadAllBytes(asset), ending);
                return true;
            }
            var prefab = AssetDatabase.LoadAssetAtPath<GameObject>(asset);
            return prefab != null && WalkAround(name, prefab);
        }

        /// <summary>What the Sprite Editor made of a sheet; null for another asset.</summary>
        private static string Slices(string asset)
        {
            if (!ArtFolder.IsPicture(asset) || !File.Exists(asset + ".meta"))
            {
                return null;
            }
            int height = SlicedSprites.HeightOf(File.ReadAllBytes(asset));
            return height > 0 ? SlicedSprites.Json(File.ReadAllText(asset + ".meta"), Path.GetFileName(asset), height) : null;
        }

        /// <summary>A scene of its own, with light and the thing alone in it.</summary>
        private bool WalkAround(string name, GameObject prefab)
        {
            var scene = new PreviewRenderUtility();
            try
            {
                GameObject thing = scene.InstantiatePrefabInScene(prefab);
                Bounds bounds;
                if (!Extent(thing, out bounds))
                {
                    return false;
                }
                scene.ambientColor = new Color(0.45f, 0.45f, 0.45f);
                scene.lights[0].intensity = 1;
                float away = (float)ArtFolder.Distance(bounds.extents.magnitude, FieldOfView);
                scene.camera.fieldOfView = FieldOfView;
                scene.camera.nearClipPlane = away * 0.05f;
                scene.camera.farClipPlane = away * 3;
                scene.camera.clearFlags = CameraClearFlags.SolidColor;
                bool seen = false;
                for (int side = 0; side < ArtFolder.Sides; side++)
                {
                    double[] eye = ArtFolder.Eye(side);
                    var direction = new Vector3((float)eye[0], (float)eye[1], (float)eye[2]);
                    scene.camera.transform.position = bounds.center + direction * away;
                    scene.camera.transform.LookAt(bounds.center);
                    Cutout cut = Cutout.Of(Shoot(scene, Color.black), Shoot(scene, Color.white), Side, Side, true);
                    if (cut != null)
                    {
                        _art.Add(name, Png(cut));
                        seen = true;
                    }
                }
                return seen;
            }
            finally
            {
                scene.Cleanup();
            }
        }

        private static byte[] Shoot(PreviewRenderUtility scene, Color background)
        {
            scene.camera.backgroundColor = background;
            scene.BeginStaticPreview(new Rect(0, 0, Side, Side));
            scene.Render(true, false);
            Texture2D picture = scene.EndStaticPreview();
            Color32[] pixels = picture.GetPixels32();
            DestroyImmediate(picture);
            var rows = new byte[pixels.Length * 3];
            for (int i = 0; i < pixels.Length; i++)
            {
                rows[3 * i] = pixels[i].r;
                rows[3 * i + 1] = pixels[i].g;
                rows[3 * i + 2] = pixels[i].b;
            }
            return rows;
        }

        /// <summary>Unity's encoder takes the lowest row first.</summary>
        private static byte[] Png(Cutout cut)
        {
            int stride = 4 * cut.Width;
            var rows = new byte[cut.Pixels.Length];
            for (int y = 0; y < cut.Height; y++)
            {
                Array.Copy(cut.Pixels, y * stride, rows, (cut.Height - 1 - y) * stride, stride);
            }
            return ImageConversion.EncodeArrayToPNG(rows, GraphicsFormat.R8G8B8A8_SRGB, (uint)cut.Width, (uint)cut.Height);
        }

        private static bool Extent(GameObject thing, out Bounds bounds)
        {
            bounds = new Bounds();
            bool found = false;
            foreach (Renderer part in thing.GetComponentsInChildren<Renderer>())
            {
                if (found)
                {
                    bounds.Encapsulate(part.bounds);
                }
                else
                {
                    bounds = part.bounds;
                    found = true;
                }
            }
            return found;
        }

        private void Learn()
        {
            if (_art == null || _art.Count < 2)
            {
                _status = "Take pictures of two things at least, then learn.";
                return;
            }
            string named = null;
            foreach (NpcConnection connection in Resources.FindObjectsOfTypeAll<NpcConnection>())
            {
                named = string.IsNullOrEmpty(named) ? connection.Python : named;
            }
            IList<string> pythons = ArtFolder.Pythons(Whole("."), named);
            string able = First(pythons, "engine.cli, torch");
            if (able != null)
            {
                _learning = Begin(able, _art.Arguments(Whole(_bundle)));
                _status = "Learning …";
                return;
            }
            string plain = First(pythons, "engine.cli");
            _status = plain != null
                ? "Learning needs more of the engine: " + plain + " -m pip install \"npc-engine[train]\""
                : "There is no Python with the engine here. Name one in the NpcConnection of the open scene.";
        }

        private static string First(IList<string> pythons, string modules)
        {
            foreach (string python in pythons)
            {
                if (Run(python, "-c \"import " + modules + "\"") == 0)
                {
                    return python;
                }
            }
            return null;
        }

        private Process Begin(string python, string arguments)
        {
            Process process = Make(python, arguments);
            process.EnableRaisingEvents = true;
            DataReceivedEventHandler told = (_, line) => _status = string.IsNullOrEmpty(line.Data) ? _status : line.Data;
            process.OutputDataReceived += told;
            process.ErrorDataReceived += told;
            process.Exited += (_, __) =>
            {
                _status += process.ExitCode == 0 ? "\nDone: python -m engine serve --bundle " + _bundle : "\nIt failed.";
                _learning = null;
            };
            process.Start();
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return process;
        }

        private static int Run(string python, string arguments)
        {
            try
            {
                using (Process process = Make(python, arguments))
                {
                    process.Start();
                    process.StandardOutput.ReadToEnd();
                    process.WaitForExit();
                    return process.ExitCode;
                }
            }
            catch (System.ComponentModel.Win32Exception) // there is none of that name
            {
                return -1;
            }
        }

        private static Process Make(string python, string arguments)
        {
            var start = new ProcessStartInfo(python, arguments)
            {
                UseShellExecute = false, CreateNoWindow = true, RedirectStandardOutput = true, RedirectStandardError = true,
            };
            return new Process { StartInfo = start };
        }

        /// <summary>From the project's folder on.</summary>
        private static string Whole(string path)
        {
            return Path.GetFullPath(path);
        }
    }
}
